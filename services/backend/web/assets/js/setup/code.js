/* setup/code.js - the one-time code; kept for this tab only, until the setup is over */

import { api } from '../api.js';
import { $ } from '../dom.js';
import { Form, rules } from '../form.js';

const KEY = 'deploystack-setup-code';

export function mountCode(wizard) {
    const form = new Form($('code-form'), { setup_code: rules.required });
    let step = 'database';

    $('code-form').addEventListener('submit', async (event) => {
        event.preventDefault();
        const values = form.read();
        if (!values) return;
        sessionStorage.setItem(KEY, values.setup_code);
        try {
            wizard.go(await api.status());
        } catch (error) {
            form.show(error);
        }
    });

    const value = () => sessionStorage.getItem(KEY) ?? '';
    const forget = () => sessionStorage.removeItem(KEY);

    function open(status) {
        step = status.state === 'no_admin' ? 'account' : 'database';
        wizard.show('code', step);
        $('setup-code').focus();
    }

    function refuse(message) {
        forget();
        wizard.show('code', step);
        form.mark('setup_code', message);
        $('setup-code').select();
    }

    return { value, forget, open, refuse };
}
