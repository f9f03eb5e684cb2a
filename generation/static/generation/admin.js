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
        let isAsking = false, askAgain = false, timer = null;

        const set = (name, text) => {
            for (const place of page.querySelectorAll(`[data-show="${name}"]`)) {
                if (place.textContent !== text) place.textContent = text;
            }
        };

        const show = (job) => {
            const bar = page.querySelector("[data-bar]");
            if (!bar) return;
            bar.setAttribute("aria-valuenow", job.percent);
            bar.firstElementChild.style.width = `${job.percent}%`;
            set("percent", String(job.percent));
            set("phase", job.phase);
            set("title", job.title);
            set("state", job.state);
            page.querySelector('[data-show="state"]').dataset.state = job.state;
            set("cost", `$${(job.cost_usd_micros / 1e6).toFixed(4)}`);
            set("input_tokens", job.input_tokens.toLocaleString("en-US"));
            set("output_tokens", job.output_tokens.toLocaleString("en-US"));
            for (const place of page.querySelectorAll("[data-show-if]")) place.hidden = !job[place.dataset.showIf];
            elapsed = [job.elapsed_s, performance.now()];
            set("elapsed", span(job.elapsed_s));
        };

        const swap = (html, withLive) => {
            const fresh = new DOMParser().parseFromString(html, "text/html");
            for (const part of fresh.querySelectorAll("[data-part]")) {
                const old = page.querySelector(`[data-part="${part.dataset.part}"]`);
                if (!old || old.dataset.version === part.dataset.version) continue;
                if (part.dataset.part === "live" && !withLive) continue;
                if (old.querySelector(":popover-open")) continue;      // somebody is being asked
                const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
                old.replaceWith(document.adoptNode(part));
                if (focused) document.getElementById(focused)?.focus();
            }
        };

        // One request at a time; what changes meanwhile is asked for after it.
        const refresh = async (withLive) => {
            if (isAsking || timer) { askAgain = true; return; }
            isAsking = true;
            try {
                const answer = await fetch(page.dataset.parts, { credentials: "same-origin" });
                if (answer.ok && !answer.redirected) swap(await answer.text(), withLive);
            } catch {
                askAgain = true;      // the server is away for a moment
            }
            isAsking = false;
            timer = setTimeout(() => {
                timer = null;
                if (askAgain) { askAgain = false; refresh(withLive); }
            }, REFRESH_MS);
        };

        let source = null, isPolling = false, hasEnded = false;

        const poll = () => {
            isPolling = true;
            setInterval(() => refresh(true), POLL_MS);
        };

        const open = () => {
            if (source || isPolling || hasEnded) return;
            source = new EventSource(page.dataset.events);
            source.addEventListener("snapshot", (event) => { show(JSON.parse(event.data)); refresh(false); });
            source.addEventListener("end", () => { hasEnded = true; elapsed = null; close(); refresh(false); });
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
        open();
        setInterval(() => {
            if (elapsed) set("elapsed", span(elapsed[0] + (performance.now() - elapsed[1]) / 1000));
        }, 1000);
    }

    // --- Every page ---

    function sendOnce(form) {
        form.addEventListener("submit", () => {
            // After the browser has read the form: a disabled button would not be sent.
            setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
        });
        window.addEventListener("pageshow", () => {
            form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
        });
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
        document.querySelectorAll("form[data-once]").forEach(sendOnce);
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
