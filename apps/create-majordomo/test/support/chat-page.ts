import { openBrowser, openPage } from '@majordomo/services/browser';
import { expect, onTestFinished } from 'vitest';

const FAKE_ANSWER = /this was message 1 of the chat\. Set a key in the file \.env and restart the server/;
const PHONE = { width: 390, height: 844 };

/**
 * Sends a message on the page at this address, and reloads the page during the answer. Expects the complete answer with its
 * Markdown, and the chat in the list, also after another reload. On a phone, expects the form within the window.
 */
export async function chatOnPage(url: string): Promise<void> {
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  await using opened = await openPage(browser, url);
  const { page, wrong } = opened;
  const answer = page.locator('article.assistant');
  await page.getByLabel('Message').fill('Hello?');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer.getByText('This').waitFor();
  await page.reload();
  await answer.getByText(FAKE_ANSWER).waitFor();
  await page.getByRole('status').getByText('ready').waitFor();
  await answer.locator('strong').getByText('fake model').waitFor();
  await page.getByRole('link', { name: 'Hello?' }).waitFor();
  await page.reload();
  await answer.getByText(FAKE_ANSWER).waitFor();
  expect(await answer.count()).toBe(1);
  expect(await page.getByRole('link', { name: 'Hello?' }).count()).toBe(1);

  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.getByRole('status').getByText('streaming').waitFor();
  await answer.getByText('This').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await answer.getByText('(interrupted)').waitFor();

  await page.setViewportSize(PHONE);
  const { y, height } = (await page.getByLabel('Message').boundingBox()) ?? { y: 0, height: 0 };
  expect(y).toBeGreaterThan(0);
  expect(y + height).toBeLessThan(PHONE.height);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  expect(wrong).toEqual([]);
}
