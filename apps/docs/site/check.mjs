// Checks the built site: links, searches, the width of a phone, and accessibility. build.mjs calls it after a build.
// `node apps/docs/site/check.mjs` checks the site of the last build.
import { missing } from '@majordomo/services';
import { openBrowser } from '@majordomo/services/browser';
import { deadLinks } from './links.mjs';
import { repeatedKeywords } from './pages.mjs';
import { cutPages, inaccessiblePages } from './screens.mjs';
import { wrongSearches } from './search.mjs';
import { serveSite } from './serve.mjs';

/** Throws with every problem of the built site. */
export async function checkSite() {
  const problems = deadLinks();
  report('links', problems);
  const repeated = repeatedKeywords();
  report('keywords', repeated);
  problems.push(...repeated);
  const reason = missing('chromium');
  // In CI, the start of a missing Chromium fails.
  if (reason === undefined || process.env.CI) problems.push(...(await problemsInBrowser()));
  else console.log(`searches and screens: skipped, because Chromium is ${reason}`);
  if (problems.length > 0) throw new Error(`the site has ${problems.length} problems`);
}

async function problemsInBrowser() {
  const problems = [];
  const site = await serveSite();
  const browser = await openBrowser();
  try {
    for (const [name, check] of Object.entries({ wrongSearches, cutPages, inaccessiblePages })) {
      const found = await check(browser, site.url);
      report(name, found);
      problems.push(...found);
    }
  } finally {
    await browser.close();
    site.stop();
  }
  return problems;
}

function report(name, problems) {
  console.log(
    `${name}: ${problems.length === 0 ? 'no problem' : `${problems.length} problems`}, ${Math.round(performance.now() / 1000)} s`,
  );
  for (const problem of problems) console.log(`  ${problem}`);
}

if (import.meta.main) await checkSite();
