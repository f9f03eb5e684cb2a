// The admin's one script.  Without it every page works by reloading; with it a job is followed live,
// a form is sent once, and what the theme made clickable can be reached with the keyboard.
"use strict";

(() => {
    const REFRESH_MS = 1500;   // the moving parts are asked for at most this often
    const POLL_MS = 4000;      // where there is no event stream

    const span = (seconds) => {
        const whole = Math.max(0, Math.floor(seconds));
        for (const [size, unit, smaller, smallUnit] of [[86400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"]]) {
            if (whole >= size) {
                const rest = Math.floor((whole % size) / smaller);
                return `${Math.floor(whole / size)} ${unit}` + (rest ? ` ${rest} ${smallUnit}` : "");
            }
        }
        return `${whole} s`;
    };

    // --- A job, live ---

    function follow(page) {
        let elapsed = null;      // seconds at the last snapshot, and when that came
        let isAsking = false, askAgain = false, timer = null, isBehind = false;

        // What is shown comes of one answer of the server's, so that no part of the page tells of another moment than
        // the rest.  The progress is changed in its place: its bar moves, and what is read out is what changed.
        const mirror = (old, fresh) => {
            const [bar, moved] = [old, fresh].map((part) => part.querySelector("[data-bar]"));
            if (!bar || !moved) return false;
            bar.setAttribute("aria-valuenow", moved.getAttribute("aria-valuenow"));
            bar.firstElementChild.style.width = moved.firstElementChild.style.width;
            for (const place of fresh.querySelectorAll("[data-show]")) {
                const shown = old.querySelector(`[data-show="${place.dataset.show}"]`);
                if (shown.textContent !== place.textContent) shown.textContent = place.textContent;
                if (place.dataset.state) shown.dataset.state = place.dataset.state;
            }
            for (const place of fresh.querySelectorAll("[data-show-if]")) {
                old.querySelector(`[data-show-if="${place.dataset.showIf}"]`).hidden = place.hidden;
            }
            Object.assign(old.dataset, fresh.dataset);
            return true;
        };

        const count = () => {
            const live = page.querySelector("[data-elapsed]");
            const runs = live && live.dataset.isEnded === "no";
            elapsed = runs ? [Number(live.dataset.elapsed), performance.now()] : null;
        };

        // What somebody is typing outlives the part it is typed in, and the form that is away for a while.
        const typed = new Map();
        const keep = (old) => old.querySelectorAll("textarea").forEach((field) => typed.set(field.id, field.value));
        const restore = (part) => part.querySelectorAll("textarea").forEach((field) => {
            if (typed.has(field.id)) field.value = typed.get(field.id);
        });

        const swap = (html) => {
            const fresh = new DOMParser().parseFromString(html, "text/html");
            for (const part of fresh.querySelectorAll("[data-part]")) {
                const old = page.querySelector(`[data-part="${part.dataset.part}"]`);
                if (!old || old.dataset.version === part.dataset.version) continue;
                if (old.querySelector(":popover-open")) { isBehind = true; continue; }      // somebody is being asked
                if (part.dataset.part === "live" && mirror(old, part)) continue;
                const focused = old.contains(document.activeElement) ? document.activeElement : null;
                const caret = focused && [focused.selectionStart, focused.selectionEnd];
                keep(old);
                old.replaceWith(document.adoptNode(part));
                restore(part);
                part.querySelectorAll("form[data-once]").forEach(sendOnce);
                const again = focused && focused.id && document.getElementById(focused.id);
                if (again) {
                    again.focus();
                    if (again.matches("textarea")) again.setSelectionRange(...caret);
                }
            }
            count();
        };

        // One request at a time; what changes meanwhile is asked for after it.
        const refresh = async () => {
            if (isAsking || timer) { askAgain = true; return; }
            isAsking = true;
            try {
                const answer = await fetch(page.dataset.parts, { credentials: "same-origin" });
                if (answer.ok && !answer.redirected) swap(await answer.text());
            } catch {
                askAgain = true;      // the server is away for a moment
            }
            isAsking = false;
            timer = setTimeout(() => {
                timer = null;
                if (askAgain) { askAgain = false; refresh(); }
            }, REFRESH_MS);
        };

        // `toggle` does not bubble.
        page.addEventListener("toggle", (event) => {
            if (isBehind && event.newState === "closed") { isBehind = false; refresh(); }
        }, true);

        let source = null, isPolling = false, hasEnded = false;

        const poll = () => {
            isPolling = true;
            setInterval(refresh, POLL_MS);
        };

        const open = () => {
            if (source || isPolling || hasEnded) return;
            source = new EventSource(page.dataset.events);
            source.addEventListener("snapshot", refresh);
            source.addEventListener("end", () => { hasEnded = true; close(); refresh(); });
            source.addEventListener("error", () => {
                if (source && source.readyState === EventSource.CLOSED) { close(); poll(); }
            });
        };

        const close = () => {
            if (source) source.close();
            source = null;
        };

        // A browser opens six connections to a server, for all its tabs: a hidden one gives its own back.
        document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
        count();
        open();
        setInterval(() => {
            const place = elapsed && page.querySelector('[data-show="elapsed"]');
            if (place) place.textContent = span(elapsed[0] + (performance.now() - elapsed[1]) / 1000);
        }, 1000);
    }

    // --- Every page ---

    function sendOnce(form) {
        let isSent = false;
        // Its elements, not what is inside it: the theme's buttons stand below the form and name it.
        const disable = (isDisabled) => [...form.elements].forEach((element) => {
            if (element.tagName === "BUTTON") element.disabled = isDisabled;
        });
        form.addEventListener("submit", (event) => {
            if (isSent) { event.preventDefault(); return; }
            isSent = true;
            setTimeout(() => disable(true));      // after the browser has read the form: they would not be sent
        });
        window.addEventListener("pageshow", () => { isSent = false; disable(false); });
    }

    // The theme opens its drawers with elements that no keyboard reaches.
    const LABELS = { dock_to_right: "Sidebar", more_horiz: "More actions" };

    function reachable(element) {
        element.tabIndex = 0;
        element.setAttribute("role", "button");
        const label = LABELS[element.textContent.trim()];
        if (label) element.setAttribute("aria-label", label);
        element.addEventListener("keydown", (event) => {
            if (event.key === "Enter" || event.key === " ") { event.preventDefault(); element.click(); }
        });
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("form[data-once], form:has(input[data-once])").forEach(sendOnce);
        document.querySelectorAll(
            "a[x-on\\:click]:not([href]), span[x-on\\:click], #nav-sidebar-inner div[x-on\\:click]"
        ).forEach(reachable);
        // An icon is a word in a font of pictures; nobody wants it read out.
        document.querySelectorAll(".material-symbols-outlined:not([role])").forEach((icon) => {
            icon.setAttribute("aria-hidden", "true");
        });
        const moving = document.querySelector("[data-reload]");
        if (moving) {
            const again = () => {      // not while somebody is being asked
                if (document.hidden || document.querySelector(":popover-open")) setTimeout(again, 1000);
                else location.reload();
            };
            setTimeout(again, moving.dataset.reload * 1000);
        }
        const page = document.querySelector('[data-live][data-ended="no"]');
        if (page && window.EventSource) follow(page);
    });
})();
