-- only;
;a;
/* b; */;
