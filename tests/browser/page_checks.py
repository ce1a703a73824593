"""What every page must be for people who see little or use no mouse, judged in the browser on the finished page."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Error, Page

# Contrast AA: 4.5, for large text 3. Colors are read by painting them, whatever their notation.
_TOO_WEAK = r"""() => {
    const brush = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
        .getContext("2d", {willReadFrequently: true});
    const paint = color => {
        brush.clearRect(0, 0, 1, 1);
        brush.fillStyle = color;
        brush.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, ground) => {
        const alpha = top[3] + ground[3] * (1 - top[3]);
        const mix = i => alpha ? (top[i] * top[3] + ground[i] * ground[3] * (1 - top[3])) / alpha : 0;
        return [mix(0), mix(1), mix(2), alpha];
    };
    const light = color => {
        const linear = part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
        const [r, g, b] = color.slice(0, 3).map(part => linear(part / 255));
        return .2126 * r + .7152 * g + .0722 * b + .05;
    };
    const above = node => node ? [node, ...above(node.parentElement)] : [];
    const found = {};
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        const words = texts.currentNode.textContent.trim();
        const style = getComputedStyle(node);
        const box = node.getBoundingClientRect();
        const isSeen = words && box.width > 3 && box.height > 3 && node.checkVisibility({checkVisibilityCSS: true});
        if (!isSeen || node.closest("script, .visually-hidden, :disabled, .disabled, [aria-disabled=true]")) continue;
        const grounds = above(node).map(one => paint(getComputedStyle(one).backgroundColor));
        const ground = over(grounds.reduce(over), [255, 255, 255, 1]);
        const opacity = above(node).reduce((product, one) => product * getComputedStyle(one).opacity, 1);
        const ink = paint(style.color);
        const lights = [light(over([...ink.slice(0, 3), ink[3] * opacity], ground)), light(ground)];
        const contrast = Math.max(...lights) / Math.min(...lights);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        if (contrast < (isLarge ? 3 : 4.5)) found[words.slice(0, 40)] = `${contrast.toFixed(2)} ${node.className}`;
    }
    return found;
}"""

_NOT_SOUND = r"""() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const start = node => node.outerHTML.slice(0, 100);
    const ids = all("[id]").map(node => node.id);
    const twice = ids.filter((id, place) => ids.indexOf(id) !== place).map(id => `id twice: ${id}`);
    const given = node => node.getAttribute("aria-label") || node.getAttribute("aria-labelledby");
    const named = node => given(node) || node.textContent.trim() || node.querySelector("[aria-label]");
    const nameless = all("a[href], button, summary").filter(node => !named(node)).map(start);
    const fields = all("input:not([type=hidden]), select, textarea");
    const unlabeled = fields.filter(node => !node.labels?.length && !given(node)).map(start);
    const described = all("[aria-describedby]").flatMap(node => node.getAttribute("aria-describedby").split(/\s+/));
    const missing = described.filter(id => id && !document.getElementById(id)).map(id => `described by nothing: ${id}`);
    const headings = all("main h1, main h2, main h3, main h4").filter(node => node.checkVisibility());
    const level = node => node ? Number(node.tagName[1]) : 0;
    const jumps = headings.filter((node, place) => level(node) > level(headings[place - 1]) + 1).map(start);
    const bare = all("main table:not([aria-label])").filter(table => !table.caption).map(start);
    const unscoped = all("th:not([scope])").map(start);
    const scrolls = node => node.scrollWidth > node.clientWidth + 1;
    const stuck = all(".table-frame").filter(node => scrolls(node) && node.tabIndex < 0).map(start);
    const heads = all("h1").length === 1 ? [] : [`${all("h1").length} first headings`];
    return [...twice, ...nameless, ...unlabeled, ...missing, ...jumps, ...bare, ...unscoped, ...stuck, ...heads];
}"""

_SETTLED = """() => document.readyState === "complete"
    && !document.querySelector("#count-later, .htmx-request")
    && [...document.querySelectorAll("canvas:not([data-pad])")].every(canvas => window.Chart?.getChart(canvas))"""

_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - width;
    const sticksOut = node => node.getBoundingClientRect().right > width + 1;
    const which = [...document.querySelectorAll("main *")].filter(sticksOut).map(node => node.outerHTML.slice(0, 100));
    return over > 0 ? [`${over} px too wide`, ...which] : [];
}"""


def settle(page: Page) -> None:
    """Wait until the page is whole: loaded, its fragments there, its charts drawn.

    After a click that leads to another page, expect something of that page first: until the browser leaves the old
    one, the old one is whole.
    """
    until(page, _SETTLED)


def until(page: Page, expression: str) -> None:
    """Wait until an expression or function is true on the page, at most as long as `expect` waits.

    Playwright's `wait_for_function` evaluates text within the page whenever it looks again, which the policy of the
    pages refuses; the first look is allowed, so that it fails only where the page is slow.
    """
    deadline = time.monotonic() + 10
    while not _holds(page, expression):
        if time.monotonic() > deadline:
            pytest.fail(f"{page.url} did not come to hold: {expression}")
        page.wait_for_timeout(50)


def _holds(page: Page, expression: str) -> bool:
    try:
        return bool(page.evaluate(expression))
    except Error as error:
        if "context was destroyed" in error.message:  # the browser was just leaving the page
            return False
        raise


def faults_of(page: Page) -> list[Any]:
    """Return what is wrong with the page: too wide for the screen, text too weak, structure not sound."""
    settle(page)
    weak = page.evaluate(_TOO_WEAK)
    return [*page.evaluate(_TOO_WIDE), *weak.items(), *page.evaluate(_NOT_SOUND)]
