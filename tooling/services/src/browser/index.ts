export { openBrowser, openPage, startBrowser, type Opened } from './open-page.ts';
export { violations } from './violations.ts';
export type { Browser, BrowserContextOptions, Page } from 'playwright-core';
