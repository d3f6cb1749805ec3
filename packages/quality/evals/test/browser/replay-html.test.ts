import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import {
  openBrowser,
  openPage,
  violations,
  type Browser,
  type BrowserContextOptions,
} from '@majordomo/services/browser';
import { user } from '@majordomo/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../src/replay/answer.ts';
import { htmlOf } from '../../src/replay/report/html.ts';
import type { ReplayExample } from '../../src/replay/report/html-example.ts';
import { reportOf } from '../../src/replay/report/report-of.ts';
import type { ReplayReport } from '../../src/replay/report/report.ts';
import { caseOf, type CaseName } from '../replay/report-cases.ts';
import { HOSTILE, hostileUnits } from '../replay/report-hostile.ts';
import { resultsOf } from '../replay/report-traffic.ts';

/** Folder of screenshots, which CI stores for reviewers. */
const SCREENSHOTS = join(import.meta.dirname, '../../../../../.ci/out/evals');
const LONG = 120_000;
const AT = new Date('2026-11-27T12:00:00Z');

const reportCase = (name: CaseName): ReplayReport => reportOf(caseOf(name), AT);

const answer = (text: string): Answer => ({
  response: {
    parts: [{ type: 'text', text }],
    finish: 'stop',
    target: 'a/b',
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  },
});
const exampleOf = (id: string, text: string): ReplayExample => ({
  id,
  request: { system: text, messages: [user(text)] },
  recorded: answer(text),
  candidate: answer(text),
});
const examplesOf = (report: ReplayReport, text: string): readonly ReplayExample[] =>
  report.clusters.flatMap(({ examples }) => examples).map((id) => exampleOf(id, text));

/** Pages of the prepared cases, and one whose names and contents are hostile. */
const PAGES: Readonly<Record<string, () => string>> = {
  better: () => htmlOf(reportCase('better'), []),
  worse: () =>
    htmlOf(reportCase('worse'), examplesOf(reportCase('worse'), 'The parcel arrives tomorrow. '.repeat(200))),
  undecided: () => htmlOf(reportCase('undecided'), []),
  mixed: () => htmlOf(reportCase('mixed'), []),
  hostile: () => {
    const report = reportOf(
      resultsOf(hostileUnits(), { name: HOSTILE, judges: [HOSTILE], warnings: [HOSTILE] }),
      AT,
    );
    return htmlOf(report, [...examplesOf(report, HOSTILE), exampleOf(`${HOSTILE} other`, HOSTILE)]);
  },
};

describeWith('chromium', 'the page of a replay in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  /** Opens a page of a server that counts its requests. */
  async function open(html: string, options: BrowserContextOptions) {
    const paths: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const opened = await openPage(browser, `http://127.0.0.1:${port}/`, options);
    return {
      ...opened,
      paths,
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]();
        server.closeAllConnections();
        server.close();
      },
    };
  }

  test.each(
    Object.keys(PAGES).flatMap((name) =>
      (
        [
          ['light', 1200],
          ['dark', 1200],
          ['light', 390],
        ] as const
      ).map(([scheme, width]) => [name, scheme, width] as const),
    ),
  )(
    '%s in %s mode at %i px has no violation, no request and no horizontal scroll',
    async (name, colorScheme, width) => {
      await using opened = await open(PAGES[name]?.() ?? '', {
        colorScheme,
        viewport: { width, height: 900 },
      });
      const { page, wrong, paths } = opened;
      await page.screenshot({ path: join(SCREENSHOTS, `replay-${name}-${colorScheme}-${width}.png`) });
      await page.locator('details:not([open]) > summary').first().click();
      await page.screenshot({
        path: join(SCREENSHOTS, `replay-${name}-${colorScheme}-${width}-full.png`),
        fullPage: true,
      });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect([wrong, paths]).toEqual([[], ['/']]);
    },
    LONG,
  );
});
