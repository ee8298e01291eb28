/* info.h - the routes that tell about the backend itself: health, front page, metrics, openapi */
#ifndef DEPLOYSTACK_INFO_H
#define DEPLOYSTACK_INFO_H

#include "services/backend/app/route.h"

void info_health(struct call *call);
void info_root(struct call *call);
void info_login_page(struct call *call);
void info_admin_page(struct call *call);
void info_metrics(struct call *call);
void info_openapi(struct call *call);

#endif
