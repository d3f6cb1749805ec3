// The built site in Chromium: text that a phone cuts, and violations of WCAG.
import { violations } from '@majordomo/services/browser';
import { builtPages } from './links.mjs';

/** Width of a small phone, in CSS pixels. */
const PHONE = { width: 360, height: 740 };

/** One page of each layout, which axe checks in both color schemes, and on a phone. */
const CHECKED = [
  'index.html',
  'docs/index.html',
  'docs/failover.html',
  'packages/ledger.html',
  'reference/index.html',
];

/** Returns the pages that a phone cannot show completely, each with the first text that is cut. */
export async function cutPages(browser, url) {
  const context = await browser.newContext({ viewport: PHONE, reducedMotion: 'reduce' });
  // The server has rendered the pages, so the layout needs no scripts.
  await context.route('**/*.js', (route) => route.abort());
  const page = await context.newPage();
  const wrong = [];
  for (const name of builtPages()) {
    await page.goto(`${url}/${name}`);
    const cut = await page.evaluate(CUT_TEXT);
    if (cut !== null) wrong.push(`${name} at ${PHONE.width} px: ${cut}`);
  }
  await context.close();
  return wrong;
}

/**
 * Script that returns the first visible text beyond the right edge of the page or of a box that cannot be scrolled, and otherwise
 * `null`. Tables and programs can be scrolled.
 */
const CUT_TEXT = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const isScrolled = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
    if (node.data.trim() === '' || !node.parentElement.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (node.parentElement.closest('script, style, .visually-hidden, .VPSidebar') !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { right, left, width } = range.getBoundingClientRect();
    if (width === 0 || right < 0) continue;
    let edge = clientWidth;
    let canScroll = false;
    for (let box = node.parentElement; box !== null && box !== document.documentElement; box = box.parentElement) {
      if (isScrolled(box)) canScroll = true;
      if (canScroll) break;
      if (/hidden|clip/.test(getComputedStyle(box).overflowX)) edge = Math.min(edge, box.getBoundingClientRect().right);
    }
    if (!canScroll && (right > edge + 1 || left < -1)) return JSON.stringify(node.data.trim().slice(0, 60)) + ' ends at ' + Math.round(right);
  }
  return scrollWidth > clientWidth ? 'the page is ' + scrollWidth + ' px wide' : null;
})()`;

/** Returns the violations of WCAG 2.2 AA and of best practices on one page of each layout. */
export async function inaccessiblePages(browser, url) {
  const wrong = [];
  for (const [colorScheme, viewport] of [
    ['light', undefined],
    ['dark', undefined],
    ['light', PHONE],
  ]) {
    const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const name of CHECKED) {
      await page.goto(`${url}/${name}`, { waitUntil: 'networkidle' });
      // The switch of the color scheme has no name before the scripts have run.
      await page.locator('.VPSwitchAppearance[title]:not([title=""])').first().waitFor({ state: 'attached' });
      for (const violation of await violations(page))
        wrong.push(`${name}, ${colorScheme}${viewport === PHONE ? ', phone' : ''}: ${violation}`);
    }
    await context.close();
  }
  return wrong;
}
