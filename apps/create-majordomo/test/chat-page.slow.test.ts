import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { it } from 'vitest';
import { chatOnPage } from './support/chat-page.ts';
import { emptyFolder } from './support/command.ts';
import { serve } from './support/server.ts';
import { installFrom, pack, program } from './support/tarballs.ts';

const LONG = 180_000;

describeWith('chromium', 'the published command', () => {
  it('creates a chat page, which answers without a key and stores the chat', { timeout: LONG }, async () => {
    const scratch = emptyFolder();
    await pack(join(scratch, 'command'), 'create-majordomo...');
    await pack(join(scratch, 'packages'), '@majordomo/template-chat^...');

    const tool = join(scratch, 'tool');
    mkdirSync(tool);
    writeFileSync(join(tool, 'package.json'), '{ "private": true }');
    await installFrom(join(scratch, 'command'), tool);
    const command = join(tool, 'node_modules/create-majordomo/dist/bin.js');
    const args = ['my-chat', '--template', 'chat', '--package-manager', 'none'];
    await program(scratch, process.execPath, [command, ...args]);

    const app = join(scratch, 'my-chat');
    await installFrom(join(scratch, 'packages'), app);
    await program(app, 'npm', ['test']);
    await program(app, 'npm', ['run', 'build']);
    await chatOnPage(await serve(app, ['src/main.ts'], { PORT: '0' }));
  });
});
