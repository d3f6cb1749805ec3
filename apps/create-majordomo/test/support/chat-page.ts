import { openBrowser, openPage } from '@majordomo/services/browser';
import { expect, onTestFinished } from 'vitest';

const FAKE_ANSWER = /This is the fake model, and this was message 1 of the chat\./;

/** Sends a message on the page at this address, and expects its answer and the chat in the list, also after a reload. */
export async function chatOnPage(url: string): Promise<void> {
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  await using opened = await openPage(browser, url);
  const { page, wrong } = opened;
  await page.getByLabel('Message').fill('Hello?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('article.assistant').getByText(FAKE_ANSWER).waitFor();
  await page.getByRole('link', { name: 'Hello?' }).waitFor();
  await page.reload();
  await page.locator('article.assistant').getByText(FAKE_ANSWER).waitFor();
  expect(await page.getByRole('link', { name: 'Hello?' }).count()).toBe(1);
  expect(wrong).toEqual([]);
}
