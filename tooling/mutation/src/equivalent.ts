import type { Mutant } from './mutant.ts';

/** Mutant that no test can detect, because it does not change the behavior. */
export interface Equivalent extends Pick<Mutant, 'file' | 'before' | 'after'> {
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'keyed/find-keyed.ts',
    before: "if (name === '') return undefined;",
    after: ';',
    why: 'only saves the lookup of an empty name, which has no verdict',
  },
  {
    file: 'literal-stage.ts',
    before: 'if (isJoined && last !== undefined && at <= last[1]) last[1] = to;',
    after: 'if (isJoined && last !== undefined && at < last[1]) last[1] = to;',
    why: 'two adjacent ranges mark the same characters as one',
  },
  {
    file: 'tokens/find-tokens.ts',
    before: 'let before = 0;',
    after: 'let before = 1;',
    why: 'neither of these control characters belongs to a word',
  },
  {
    file: 'find-secrets.ts',
    before: 'const [first = 0, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);',
    after: 'const [first = 1, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);',
    why: 'only satisfies the compiler, because each offset exists',
  },
  {
    file: 'find-secrets.ts',
    before: 'const [first = 0, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);',
    after: 'const [first = 0, last = 1, begin = 0] = [start, end, from].map((at) => offsets[at]);',
    why: 'only satisfies the compiler, because each offset exists',
  },
  {
    file: 'find-secrets.ts',
    before: 'const [first = 0, last = 0, begin = 0] = [start, end, from].map((at) => offsets[at]);',
    after: 'const [first = 0, last = 0, begin = 1] = [start, end, from].map((at) => offsets[at]);',
    why: 'only satisfies the compiler, because each offset exists',
  },
  {
    file: 'find-secrets.ts',
    before: 'if (end <= at) continue;',
    after: 'if (end < at) continue;',
    why: 'an empty range adds nothing',
  },
  {
    file: 'find-userinfo.ts',
    before: "const isSecretUser = isSecret(user, 'perhaps', true);",
    after: "const isSecretUser = isSecret(user, 'perhaps', false);",
    why: '`isSecret` reads this argument only for other kinds of names',
  },
  {
    file: 'keyed/find-keyed.ts',
    before: 'for (let at = 0; at < text.length; at++) {',
    after: 'for (let at = 0; at <= text.length; at++) {',
    why: 'no character follows the end of the text',
  },
  {
    file: 'keyed/find-keyed.ts',
    before: 'const run: Run = { lastsTo: 0 };',
    after: 'const run: Run = { lastsTo: 1 };',
    why: 'a value is preceded by a name, and starts after 1',
  },
  {
    file: 'keyed/find-keyed.ts',
    before: 'const ENDS = new Uint8Array(256);',
    after: 'const ENDS = new Uint8Array(257);',
    why: 'U+0100 does not end a value, inside or outside the table',
  },
  {
    file: 'keyed/headers.ts',
    before: 'const value = text.slice(start, start + 64);',
    after: 'const value = text.slice(start, start + 65);',
    why: 'a scheme with its blanks is shorter',
  },
  {
    file: 'keyed/headers.ts',
    before: "? isQuotedSecret(credential, '', 'secret', true)",
    after: "? isQuotedSecret(credential, '?', 'secret', true)",
    why: '`isQuotedSecret` reads the name only for the verdict `perhaps`',
  },
  {
    file: 'keyed/name.ts',
    before: "const last = words.at(-1) ?? '';",
    after: "const last = words.at(-1) ?? '?';",
    why: 'no table of names contains a question mark',
  },
  {
    file: 'keyed/name.ts',
    before: "const before = words.at(-2) ?? '';",
    after: "const before = words.at(-2) ?? '?';",
    why: 'no table of names contains a question mark',
  },
  {
    file: 'keyed/name.ts',
    before: ".replace(/(?<![\\d_.\\s-])[\\d_.\\s-]+$/, '')",
    after: ".replace(/(?<![\\d_.\\s-])[\\d_.\\s-]+$/, '?')",
    why: 'a question mark at the end of a name does not belong to a word',
  },
  {
    file: 'line-stage.ts',
    before: 'const BLOCK = 65_536;',
    after: 'const BLOCK = 65537;',
    why: 'the result does not depend on this size',
  },
  {
    file: 'line-stage.ts',
    before: 'while (end - at < BLOCK) {',
    after: 'while (end - at <= BLOCK) {',
    why: 'the result does not depend on the size of a block',
  },
  {
    file: 'line-stage.ts',
    before: 'private keyBegin = -1;',
    after: 'private keyBegin = -2;',
    why: 'any number before the text is valid, and `push` sets another one first',
  },
  {
    file: 'line-stage.ts',
    before: 'this.keyBegin = -1;',
    after: 'this.keyBegin = -2;',
    why: 'any number before the text is valid',
  },
  {
    file: 'literal-stage.ts',
    before: 'if (to <= at) continue;',
    after: 'if (to < at) continue;',
    why: 'an empty range adds nothing',
  },
  {
    file: 'mask.ts',
    before: "if (at + 1 < text.length && text[at + 1] !== 'r') return undefined;",
    after: ';',
    why: 'only saves the comparison with a mask',
  },
  {
    file: 'mask.ts',
    before: "if (at + 1 < text.length && text[at + 1] !== 'r') return undefined;",
    after: "if (at + 2 < text.length && text[at + 1] !== 'r') return undefined;",
    why: 'only saves the comparison with a mask',
  },
  {
    file: 'patterns.ts',
    before: 'const [start, end] = match.indices?.[group] ?? match.indices?.[0] ?? [0, 0];',
    after: 'const [start, end] = match.indices?.[group] ?? match.indices?.[0] ?? [1, 0];',
    why: 'only satisfies the compiler, because a match has offsets',
  },
  {
    file: 'patterns.ts',
    before: 'const [start, end] = match.indices?.[group] ?? match.indices?.[0] ?? [0, 0];',
    after: 'const [start, end] = match.indices?.[group] ?? match.indices?.[0] ?? [0, 1];',
    why: 'only satisfies the compiler, because a match has offsets',
  },
  {
    file: 'private-key.ts',
    before:
      "for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 1)) {",
    after:
      "for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 2)) {",
    why: 'a second beginning cannot overlap the first one',
  },
  {
    file: 'redactor.ts',
    before: "private quote = '';",
    after: "private quote = '?';",
    why: '`add` sets the quote before a mask is written',
  },
  {
    file: 'sha256.ts',
    before: 'const ROUND: readonly number[] = firstPrimes(64).map((prime) => fraction(Math.cbrt(prime)));',
    after: 'const ROUND: readonly number[] = firstPrimes(65).map((prime) => fraction(Math.cbrt(prime)));',
    why: 'only 64 rounds read the constants',
  },
  {
    file: 'sha256.ts',
    before: 'const INITIAL = firstPrimes(8).map((prime) => fraction(Math.sqrt(prime))) as unknown as State;',
    after: 'const INITIAL = firstPrimes(9).map((prime) => fraction(Math.sqrt(prime))) as unknown as State;',
    why: 'only eight numbers of the state are read',
  },
  {
    file: 'sha256.ts',
    before: 'const words = new Int32Array(64);',
    after: 'const words = new Int32Array(65);',
    why: 'only 64 words are read',
  },
  {
    file: 'tokens/find-tokens.ts',
    before: 'for (let at = 0; at < text.length; at++) {',
    after: 'for (let at = 0; at <= text.length; at++) {',
    why: 'no character follows the end of the text',
  },
  {
    file: 'tokens/find-tokens.ts',
    before: 'const table = Array.from<Start[] | undefined>({ length: SIZE * SIZE });',
    after: 'const table = Array.from<Start[] | undefined>({ length: SIZE / SIZE });',
    why: 'the table grows when a rule is added',
  },
  {
    file: 'find-secrets.ts',
    before: 'if (own.length > 0) findInLines(text, own, found);',
    after: 'if (own.length >= 0) findInLines(text, own, found);',
    why: 'without rules of the application nothing is found; the condition only saves the division into lines',
  },
  {
    file: 'keyed/name.ts',
    before: 'const MAX_CACHED = 2000;',
    after: 'const MAX_CACHED = 2001;',
    why: 'only limits the memory; a cleared cache is filled again with the same results',
  },
  {
    file: 'literals.ts',
    before: 'const MAX_CACHED = 1000;',
    after: 'const MAX_CACHED = 1001;',
    why: 'only limits the memory; a cleared cache is filled again with the same results',
  },
  {
    file: 'client/session.ts',
    before: 'export const NO_LIMIT: { readonly timeout: number } = { timeout: 2 ** 31 - 1 };',
    after: 'export const NO_LIMIT: { readonly timeout: number } = { timeout: 2 ** 31 - 2 };',
    why: 'no call lasts 24 days',
  },
  {
    file: 'transport/stderr-tail.ts',
    before: "this.line = (lines.pop() ?? '').slice(0, MAX_LINE + this.margin);",
    after: "this.line = (lines.pop() ?? '');",
    why: 'only limits the memory; `maskedLine` reads no more characters than that',
  },
  {
    file: 'transport/stderr-tail.ts',
    before: "this.line = (lines.pop() ?? '').slice(0, MAX_LINE + this.margin);",
    after: "this.line = (lines.pop() ?? '?').slice(0, MAX_LINE + this.margin);",
    why: 'only satisfies the compiler, because a split string has at least one part',
  },
  {
    file: 'client/connection.ts',
    before: 'this.timeouts.delete(timeout);',
    after: ';',
    why: 'only limits the memory; a pause has no effect on a closed timeout',
  },
  {
    file: 'call/call-run.ts',
    before: 'private isBeingPulled = false;',
    after: 'private isBeingPulled = true;',
    why: 'a call is pulled as soon as it is created',
  },
  {
    file: 'compact/compactor.ts',
    before: 'const { protectFirst: first = 3, protectLast: last = 8 } = this.options;',
    after: 'const { protectFirst: first = 3, protectLast: last = 9 } = this.options;',
    why: '`planOf` protects at most 8 messages at the end',
  },
  {
    file: 'gates/store-lanes.ts',
    before:
      "const part = each === undefined ? '' : each === 'target' ? target : (target.split('/')[0] ?? '');",
    after: "const part = each === undefined ? '' : each === 'target' ? target : (target.split('/')[0]);",
    why: 'only satisfies the compiler, because a split string has at least one part',
  },
  {
    file: 'health/health-message.ts',
    before: 'const forMs = Math.ceil((health.until ?? 0) - clock.now());',
    after: 'const forMs = Math.ceil((health.until ?? 1) - clock.now());',
    why: 'only satisfies the compiler, because a benched target has an end',
  },
  {
    file: 'health/tracker.ts',
    before: "const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 0;",
    after: "const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 1;",
    why: 'a healthy target has no end of a bench',
  },
  {
    file: 'inspect/invisible.ts',
    before: 'const before = text.slice(low >= 0xdc00 && low <= 0xdfff ? at - 2 : at - 1, at);',
    after: 'const before = text.slice(low >= 0xdc00 && low <= 57344 ? at - 2 : at - 1, at);',
    why: 'U+E000 joins no characters, alone or after another one',
  },
  {
    file: 'gate/estimate.ts',
    before: 'const nanoUsd = capAmount(byFee === undefined || byTokens > byFee ? byTokens : byFee);',
    after: 'const nanoUsd = capAmount(byFee === undefined || byTokens >= byFee ? byTokens : byFee);',
    why: 'selects one of two equal amounts',
  },
  {
    file: 'limits/calendar.ts',
    before: "if (zone === 'UTC') return 0;",
    after: ';',
    why: 'only avoids formatting: the offset of UTC is 0',
  },
  {
    file: 'operations/embedding.ts',
    before: 'for (const vector of vectors) part.vectors[missing[done++]?.[1] ?? 0] = vector;',
    after: 'for (const vector of vectors) part.vectors[missing[done++]?.[1] ?? 1] = vector;',
    why: 'only satisfies the compiler, because each vector has a missing value',
  },
  {
    file: 'operations/embedding.ts',
    before: 'if (length === 0 || Math.abs(length - 1) <= LENGTH_TOLERANCE) return vector;',
    after: 'if (length === 0 || Math.abs(length - 1) < LENGTH_TOLERANCE) return vector;',
    why: 'the square root of sums of squared 32-bit numbers does not differ from 1 by exactly 0.001',
  },
  {
    file: 'operations/transcription.ts',
    before: 'durationMs = 1,',
    after: 'durationMs = 2,',
    why: 'any default above 0 passes the check',
  },
  {
    file: 'plan/plan-of.ts',
    before: 'const today = new Date(now).toISOString().slice(0, 10);',
    after: 'const today = new Date(now).toISOString();',
    why: 'a retirement date compares with a time of a day as it compares with the day',
  },
  {
    file: 'plan/plan-of.ts',
    before: 'const today = new Date(now).toISOString().slice(0, 10);',
    after: 'const today = new Date(now).toISOString().slice(0, 11);',
    why: 'a retirement date compares with a time of a day as it compares with the day',
  },
  {
    file: 'node/file-lock.ts',
    before: 'const POLL_MS = 15;',
    after: 'const POLL_MS = 16;',
    why: 'the pause is random, and any pause of some milliseconds is valid',
  },
  {
    file: 'node/git-text.ts',
    before: 'const TIME_MS = 20_000;',
    after: 'const TIME_MS = 20001;',
    why: 'only a clock that measures the end of git within a millisecond could show the difference',
  },
  {
    file: 'node/vault-file.ts',
    before: 'const { O_NOFOLLOW: NO_FOLLOW = 0 } = constants as { readonly O_NOFOLLOW?: number };',
    after: 'const { O_NOFOLLOW: NO_FOLLOW = 1 } = constants as { readonly O_NOFOLLOW?: number };',
    why: 'only Windows uses the default, where each test of a stored vault detects the change',
  },
  {
    file: 'node/vault-file.ts',
    before: 'await file.sync();',
    after: ';',
    why: 'only a power failure shows whether the file was flushed',
  },
  {
    file: 'node/vault-file.ts',
    before: 'await handle.sync();',
    after: ';',
    why: 'only a power failure shows whether the folder was flushed',
  },
  {
    file: 'pool/key-ring.ts',
    before: 'epoch: 0,',
    after: 'epoch: 1,',
    why: 'epochs of the same key are only compared with each other',
  },
  {
    file: 'prepare/history.ts',
    before: 'for (let at = 0; at < messages.length;) at = repair.repairNext(messages, at);',
    after: 'for (let at = 0; at <= messages.length;) at = repair.repairNext(messages, at);',
    why: '`repairNext` skips a missing message',
  },
  {
    file: 'prepare/history.ts',
    before: 'for (let at = 0; at < messages.length; at++) {',
    after: 'for (let at = 0; at <= messages.length; at++) {',
    why: 'a missing message has no role',
  },
  {
    file: 'prepare/history.ts',
    before: 'if (message === undefined) return at + 1;',
    after: 'if (message === undefined) return at + 2;',
    why: 'only satisfies the compiler, because the message always exists',
  },
  {
    file: 'prepare/history.ts',
    before: "while (end < messages.length && messages[end]?.role !== 'assistant') end++;",
    after: "while (end <= messages.length && messages[end]?.role !== 'assistant') end++;",
    why: 'a position after the end selects the same messages',
  },
  {
    file: 'ranking/filters.ts',
    before: 'retires.length > 7 ? retires <= today : retires < today.slice(0, retires.length);',
    after: 'retires.length > 8 ? retires <= today : retires < today.slice(0, retires.length);',
    why: 'a retirement date has seven or ten characters',
  },
  {
    file: 'ranking/input-tokens.ts',
    before:
      "const ANY_TOOL: NonNullable<Estimated['tools']>[number] = { name: '', description: '', parameters: {} };",
    after:
      "const ANY_TOOL: NonNullable<Estimated['tools']>[number] = { name: '', description: '?', parameters: {} };",
    why: 'the tokens of the placeholder tool are added once and subtracted once',
  },
  {
    file: 'strategies.ts',
    before: 'if ((request.maxTokens ?? 0) >= LONG_ANSWER_TOKENS || characters(request) >= LONG_CHARACTERS)',
    after: 'if ((request.maxTokens ?? 1) >= LONG_ANSWER_TOKENS || characters(request) >= LONG_CHARACTERS)',
    why: 'any default below 4,000 tokens selects the same strategy',
  },
  {
    file: 'report/report.ts',
    before: "const labels = rows.map(({ key }) => key[units[0] ?? 'day'] ?? '').sort();",
    after: "const labels = rows.map(({ key }) => key[units[0] ?? 'day'] ?? '?').sort();",
    why: 'only satisfies the compiler, because the key of a row has a label for each time of the query',
  },
  {
    file: 'auth/admin.ts',
    before: 'return (await authorize(withoutBody(request), settings, false)).admin === true;',
    after: 'return (await authorize(withoutBody(request), settings, true)).admin === true;',
    why: 'the argument is used only without `authorize`, and the function has returned before in this case',
  },
  {
    file: 'inspect/inspect-text.ts',
    before: 'for (const name of classesAt(word, text.slice(Math.max(0, at - 12), at))) meet(name, at);',
    after: 'for (const name of classesAt(word, text.slice(Math.max(0, at - 13), at))) meet(name, at);',
    why: '`classesAt` reads at most 12 of these characters',
  },
  {
    file: 'node/folder-tree.ts',
    before: 'for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {',
    after: 'for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -2 : 1))) {',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'memory/memory-counters.ts',
    before: 'return found.sort((a, b) => (a.counter < b.counter ? -1 : 1));',
    after: 'return found.sort((a, b) => (a.counter < b.counter ? -2 : 1));',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'node/folder-tree.ts',
    before: 'for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {',
    after: 'for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 2))) {',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'memory/memory-counters.ts',
    before: 'return found.sort((a, b) => (a.counter < b.counter ? -1 : 1));',
    after: 'return found.sort((a, b) => (a.counter < b.counter ? -1 : 2));',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'transport/program-transport.ts',
    before: 'const GRACE_MS = 700;',
    after: 'const GRACE_MS = 701;',
    why: 'only a measurement of real time could show a millisecond',
  },
  {
    file: 'transport/program-transport.ts',
    before: 'const DRAIN_MS = 1000;',
    after: 'const DRAIN_MS = 1001;',
    why: 'only a measurement of real time could show a millisecond',
  },
  {
    file: 'transport/http-transport.ts',
    before: 'const READ_MS = 100;',
    after: 'const READ_MS = 101;',
    why: 'only a measurement of real time could show a millisecond',
  },
  {
    file: 'transport/http-transport.ts',
    before: 'const CLOSE_TIMEOUT_MS = 1000;',
    after: 'const CLOSE_TIMEOUT_MS = 1001;',
    why: 'only a measurement of real time could show a millisecond',
  },
  {
    file: 'limits/period.ts',
    before: 'const MAX_LENGTH_MS = 33 * 86_400_000;',
    after: 'const MAX_LENGTH_MS = 34 * 86_400_000;',
    why: 'any upper bound is valid',
  },
  {
    file: 'limits/period.ts',
    before: 'const MAX_LENGTH_MS = 33 * 86_400_000;',
    after: 'const MAX_LENGTH_MS = 33 * 86400001;',
    why: 'any upper bound is valid',
  },
  {
    file: 'report/report.ts',
    before: 'const MAX_OFFSET_MS = 57_600_000;',
    after: 'const MAX_OFFSET_MS = 57600001;',
    why: 'a search that starts a millisecond earlier finds a time with the same label',
  },
  {
    file: 'report/report.ts',
    before: 'for (let at = guess - MAX_OFFSET_MS; at < guess + MAX_OFFSET_MS; at += STEP_MS)',
    after: 'for (let at = guess - MAX_OFFSET_MS; at <= guess + MAX_OFFSET_MS; at += STEP_MS)',
    why: 'the search ends before, because no zone differs from UTC by 16 hours',
  },
  {
    file: 'report/report.ts',
    before: 'return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));',
    after: 'return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -2 : 1));',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'report/report.ts',
    before: 'return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));',
    after: 'return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 2));',
    why: 'only the sign of a comparison has an effect',
  },
  {
    file: 'report/report.ts',
    before: 'return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));',
    after: 'return [...rows].sort((a, b) => (textOf(a) <= textOf(b) ? -1 : 1));',
    why: 'the keys of rows differ',
  },
  {
    file: 'pool/key-ring.ts',
    before: "Object.assign(key, { state: 'dead', why, epoch: key.epoch + 1 });",
    after: "Object.assign(key, { state: 'dead', why, epoch: key.epoch + 2 });",
    why: 'epochs of the same key are only compared with each other',
  },
  {
    file: 'pool/key-ring.ts',
    before: 'Object.assign(key, { ...USABLE, rests: 0, epoch: key.epoch + 1 });',
    after: 'Object.assign(key, { ...USABLE, rests: 0, epoch: key.epoch + 2 });',
    why: 'epochs of the same key are only compared with each other',
  },
];

export const isEquivalent = (mutant: Mutant): boolean => EQUIVALENT.some((entry) => isSame(entry, mutant));

/** Returns the entries whose code has changed since their review. They must be reviewed again. */
export const outdated = (mutants: readonly Mutant[], starts: readonly string[]): readonly Equivalent[] =>
  EQUIVALENT.filter(
    (entry) =>
      starts.some((start) => entry.file.startsWith(start)) && !mutants.some((it) => isSame(entry, it)),
  );

type Change = Pick<Mutant, 'file' | 'before' | 'after'>;

const isSame = (a: Change, b: Change): boolean =>
  a.file === b.file && a.before === b.before && a.after === b.after;
