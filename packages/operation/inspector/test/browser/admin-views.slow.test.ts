import { createAdmin, createCallLog, memoryCallStore, type McpReview } from '@majordomo/admin';
import { describeWith } from '@majordomo/services';
import { expect, it } from 'vitest';
import { startInspectorWithCallLog } from './support/logged-world.ts';
import { openView, pagesInBrowser } from './support/pages.ts';
import { startInspector } from './support/world.ts';

describeWith('chromium', 'the views of the admin API in a browser', () => {
  const openPage = pagesInBrowser();

  it('create, rotate and revoke a key, and show each secret only once', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await openView(page, 'Keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('checkout');
    await dialog.getByLabel('USD per month').fill('much');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'limits[0].max.usd' }).waitFor();
    await dialog.getByLabel('USD per month').fill('12.50');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    const secret = await dialog.getByLabel('Secret').inputValue();
    expect(secret).toMatch(/^mj_[\w-]{43}$/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('row').filter({ hasText: 'checkout' });
    await row.filter({ hasText: '$12.5' }).waitFor();
    expect(await page.content()).not.toContain(secret.slice(3));
    await row.getByRole('button', { name: 'Rotate' }).click();
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    expect(await dialog.getByLabel('Secret').inputValue()).not.toBe(secret);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await row.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await row.filter({ hasText: 'revoked' }).waitFor();
    const [key] = await testInspector.keys.list({ limit: 1 });
    expect([key?.name, key?.status]).toEqual(['checkout', 'revoked']);
    // The browser logs the rejected request.
    expect(wrong.filter((message) => !message.includes('400'))).toEqual([]);
  });

  it('send a prompt in the playground', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await openView(page, 'Playground');
    await page.getByLabel('Message').fill('Who runs the house?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Answered by openai/gpt-5.4').waitFor();
    expect(await page.locator('.answer').textContent()).toContain('A butler runs the house');
    expect(wrong).toEqual([]);
  });

  it('show the MCP servers, and approve a changed tool', async () => {
    const hash = 'dGhlIG5ldyBkZWZpbml0aW9u';
    let changed = [
      {
        server: 'tracker',
        tool: 'search',
        hash,
        definition: '{"title":"Find all"}',
        at: '2026-07-01T08:00:00Z',
      },
    ];
    const mcp: McpReview = {
      servers: () => Promise.resolve([{ name: 'tracker', benchedUntil: '2026-07-01T09:00:00Z' }]),
      changedTools: () => Promise.resolve(changed),
      approve(tools) {
        changed = changed.filter((each) => tools.every((tool) => tool.hash !== each.hash));
        return Promise.resolve(1);
      },
    };
    const calls = createCallLog({ store: memoryCallStore() });
    await using testInspector = await startInspector({ admin: createAdmin({ calls, mcp }) });
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await openView(page, 'MCP');
    await page.getByRole('row').filter({ hasText: 'benched until 2026-07-01T09:00:00Z' }).waitFor();
    await page.getByRole('region', { name: 'search of tracker' }).getByText('Find all').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('search of tracker is approved.').waitFor();
    await page.getByText('No tool has changed.').waitFor();
    expect(changed).toEqual([]);
    expect(wrong).toEqual([]);
  });

  it('have no view of MCP servers without such servers', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await openView(page, 'Keys');
    expect(await page.getByRole('link', { name: 'MCP' }).count()).toBe(0);
  });
});
