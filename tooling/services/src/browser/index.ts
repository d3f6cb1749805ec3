export { openBrowser, openHtml, openPage, startBrowser, type Opened, type PageOptions } from './open-page.ts';
export { violations } from './violations.ts';
export type { Browser, Page } from 'playwright-core';
