import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { emptyFolder, ended, type Ended } from './support/command.ts';

const TEMPLATE = join(import.meta.dirname, '../templates/agent');

/**
 * Creates the application. Its refund appends a line to a file, and ends the process if the file `crash` exists. Its model fails
 * after the refund if the file `fail` exists.
 */
function application() {
  const folder = emptyFolder();
  cpSync(join(TEMPLATE, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(TEMPLATE, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(TEMPLATE, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'src/agent.ts');
  const source = readFileSync(file, 'utf8');
  const run = 'run: ({ number, usd }, { key }) => ';
  expect(source).toContain(run);
  const paying = `run: ({ number, usd }, { key }) => pay(key) ?? `;
  const pay = `import { appendFileSync, existsSync } from 'node:fs';
function pay(key: string): undefined {
  appendFileSync('paid', key + '\\n');
  if (existsSync('crash')) process.exit(9);
}
`;
  writeFileSync(file, pay + source.replace(run, paying));
  const models = join(folder, 'src/model.ts');
  const answer = "return isRefunded ? 'You";
  expect(readFileSync(models, 'utf8')).toContain(answer);
  const failing = `if (existsSync('fail')) return { fail: 'server' };\n  ${answer}`;
  const imports = "import { existsSync } from 'node:fs';\n";
  writeFileSync(models, imports + readFileSync(models, 'utf8').replace(answer, failing));
  const start = (...args: readonly string[]): Promise<Ended> =>
    ended(
      spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', ...args], {
        cwd: folder,
        env: {},
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  return {
    start,
    crash: () => {
      writeFileSync(join(folder, 'crash'), '');
    },
    fail: () => {
      writeFileSync(join(folder, 'fail'), '');
      return () => {
        rmSync(join(folder, 'fail'));
      };
    },
    /** Ends the lock of the process that crashed, as its lease does after 60 seconds. */
    endLease: () => {
      using database = new DatabaseSync(join(folder, 'runs.sqlite'));
      database.exec("UPDATE entries SET due_at = 0 WHERE space = 'runs'");
    },
    payments: () =>
      existsSync(join(folder, 'paid'))
        ? readFileSync(join(folder, 'paid'), 'utf8').split('\n').length - 1
        : 0,
  };
}

it('the agent tells the operator after a crash in a refund what to do, and never repeats the refund by itself', async () => {
  const { start, crash, endLease, payments } = application();
  expect((await start('ask', '11')).out).toContain(
    'Decide with: npm start -- approve 11, or: npm start -- deny 11',
  );
  crash();
  expect((await start('approve', '11')).code).toBe(9);

  const isLocked = {
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^another process works on order 11; if it has ended, repeat the command in \d\d s\n$/,
    ) as string,
  };
  for (const command of ['approve', 'ask']) expect(await start(command, '11')).toEqual(isLocked);
  endLease();

  const instructions =
    /The result of refund is unknown: it was started with the key \S+, and did not end\.\nLook for this key at the payment service\. If the refund took place: npm start -- done 11, otherwise: npm start -- not-done 11\n$/;
  const found = await start('approve', '11');
  expect([found.code, found.out]).toEqual([0, expect.stringMatching(instructions)]);
  for (const command of ['approve', 'ask']) {
    const { code, err } = await start(command, '11');
    expect([command, code, err]).toEqual([command, 1, expect.stringMatching(instructions)]);
  }
  expect(payments()).toBe(1);

  const waits = await start('not-done', '11');
  expect(waits.out).toContain(
    'waits for approval: refund {"number":"11","usd":49}\nDecide with: npm start -- approve 11',
  );
  expect((await start('done', '11')).err).toContain('does not wait for the command done\nDecide with:');
  expect((await start('approve', '11')).code).toBe(9);
  endLease();
  expect((await start('deny', '11')).out).toMatch(instructions);
  expect(await start('done', '11')).toEqual({ code: 0, out: 'agent: You get your money back.\n', err: '' });
  expect(payments()).toBe(2);
});

it('the agent answers with the result of the refund after its model failed', async () => {
  const { start, fail, payments } = application();
  await start('ask', '12');
  const recover = fail();
  const failed = await start('approve', '12');
  expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('RunError')]);
  recover();

  expect(await start('approve', '12')).toEqual({
    code: 0,
    out: 'agent: You get your money back.\n',
    err: '',
  });
  expect(payments()).toBe(1);
});
