import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { it } from 'vitest';
import { chatOnPage } from './support/chat-page.ts';
import { emptyFolder } from './support/command.ts';
import { serve } from './support/server.ts';

const TEMPLATE = join(import.meta.dirname, '../templates/chat');

// `published-chat-page.outside.test.ts` tests the page that the published command creates.
describeWith('chromium', 'the built page of the chat template', () => {
  it('answers without a key and stores the chat', async () => {
    const cwd = emptyFolder();
    symlinkSync(join(TEMPLATE, 'dist'), join(cwd, 'dist'));
    await chatOnPage(await serve(cwd, [join(TEMPLATE, 'src/main.ts')], { PORT: '0' }));
  }, 60_000);
});
