/* admin/live.js - samples as they are taken, by server-sent events: tells whether they come, and comes back by itself */

import { SAMPLES } from './api.js';

const AGAIN_MS = 5000;

/* onState: 'connecting', 'live', 'reconnecting', 'paused' (while nobody looks at the page). */
export function live(signal, { onSample, onState, onBack }) {
    let source = null;
    let timer = 0;
    let missed = false;

    function open() {
        clearTimeout(timer);
        source?.close();
        source = new EventSource(SAMPLES);
        source.addEventListener('open', () => {
            onState('live');
            if (missed) onBack();
            missed = false;
        });
        source.addEventListener('sample', (event) => onSample(JSON.parse(event.data)));
        source.addEventListener('error', lost);
    }

    /* The browser tries again after a cut connection, but not after a refusal: then we do. */
    function lost() {
        missed = true;
        onState('reconnecting');
        clearTimeout(timer);
        if (source.readyState === EventSource.CLOSED) {
            timer = setTimeout(open, AGAIN_MS);
            onBack();
        }
    }

    function close() {
        clearTimeout(timer);
        source?.close();
        source = null;
    }

    function lookAway() {
        if (document.hidden) {
            close();
            missed = true;
            onState('paused');
        } else {
            onState('connecting');
            open();
        }
    }

    document.addEventListener('visibilitychange', lookAway, { signal });
    window.addEventListener('pagehide', close, { signal });
    signal.addEventListener('abort', close);
    open();
}
