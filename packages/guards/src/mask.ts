import { LlmError, type ChatRequest, type Warning } from '@majordomo/core';
import { asList, asRecord } from '@majordomo/core/toolkit';
import { KnownValues, mergeRanges, ValueFinder, type Range } from './find-values.ts';
import { mapTexts } from './map-strings.ts';
import { PII_RULES } from './pii-rules.ts';
import type { CheckRunner } from './run-checks.ts';
import type { FoundValue, MaskOptions } from './types.ts';

export const LABEL: RegExp = /^[A-Z][A-Z\d_]{0,29}$/;
/** Placeholder of a value. Text of users and tools may contain the same characters. */
export const PLACEHOLDER: RegExp = /\[[A-Z][A-Z\d_]{0,29}_\d{1,9}\]/g;
const SEPARATOR = '\n\n';

/** Request with placeholders. */
export interface MaskedRequest {
  readonly request: ChatRequest;
  /** Original values by placeholder. */
  readonly values: ReadonlyMap<string, string>;
  /** Warning. Set if `find` was down and `whenDown` allowed the call. */
  readonly warning?: Warning | undefined;
}

interface OwnedText {
  readonly text: string;
  /** Part that contains the text; `undefined` for `ChatRequest.system`. */
  readonly owner: object | undefined;
}

/** Replaces values in requests by placeholders. The placeholders of a request depend on this request only. */
export class Mask {
  private readonly options: MaskOptions;
  private readonly finder: ValueFinder;
  /** Results of `find` by part and text. They are stored because each request repeats the conversation. */
  private readonly found = new WeakMap<object, Map<string, readonly FoundValue[]>>();

  constructor(options: MaskOptions) {
    this.options = options;
    this.finder = new ValueFinder(options.rules ?? PII_RULES);
  }

  /** Masks a request, and emits the number of replacements. Rejects with `denied` if `find` is down and `whenDown` is `deny`. */
  async apply(request: ChatRequest, runner: CheckRunner): Promise<MaskedRequest> {
    const startedAt = runner.clock.now();
    const literals = new Set<string>();
    const texts: OwnedText[] = [];
    mapTexts(request, (text, role, owner) => {
      texts.push({ text, owner });
      if (role !== 'assistant') for (const [literal] of text.matchAll(PLACEHOLDER)) literals.add(literal);
      return text;
    });
    const warning = await this.findNew(texts, runner);
    const placeholders = new Placeholders(literals);
    const known = new KnownValues();
    const masked = mapTexts(request, (text, _role, owner) => {
      const ranges = mergeRanges([
        ...this.finder.find(text),
        ...(this.options.redactor?.find(text).map((range) => ({ ...range, label: 'SECRET' })) ?? []),
        ...(this.foundIn({ text, owner }) ?? []),
        ...known.find(text),
      ]);
      return replaced(text, ranges, (value, label) => {
        const { placeholder, isNew } = placeholders.of(value, label);
        // The vendor's answer may contain the value in a context that no rule recognizes.
        if (isNew && !this.finder.findsAlone(value)) known.add(value, label);
        return placeholder;
      });
    });
    const { values, counts } = placeholders;
    const ms = runner.clock.now() - startedAt;
    if (values.size > 0) runner.emit({ type: 'masked', rule: 'mask', side: 'input', counts, ms });
    return { request: masked, values, warning };
  }

  /** Calls `find` once with all text that it has not received yet. Returns a warning if `find` was down. */
  private async findNew(texts: readonly OwnedText[], runner: CheckRunner): Promise<Warning | undefined> {
    const { find } = this.options;
    const fresh = texts.filter((owned) => owned.text !== '' && this.foundIn(owned) === undefined);
    if (find === undefined || fresh.length === 0) return undefined;
    const joined = fresh.map(({ text }) => text).join(SEPARATOR);
    const result = await runner.find(async (context) => checkedValues(await find(joined, context), joined));
    if (!('value' in result)) return result;
    let from = 0;
    for (const { text, owner = this } of fresh) {
      const to = from + text.length;
      const own = result.value
        .filter(({ start, end }) => start < to && end > from)
        .map(({ label, start, end }) => ({
          label,
          start: Math.max(start, from) - from,
          end: Math.min(end, to) - from,
        }));
      // Only results for the last system text are stored.
      const byText =
        (owner === this ? undefined : this.found.get(owner)) ?? new Map<string, readonly FoundValue[]>();
      this.found.set(owner, byText.set(text, own));
      from = to + SEPARATOR.length;
    }
    return undefined;
  }

  private foundIn({ text, owner = this }: OwnedText): readonly FoundValue[] | undefined {
    return this.found.get(owner)?.get(text);
  }
}

/** Placeholders of one request, numbered in the order in which their values first occur. */
class Placeholders {
  readonly values = new Map<string, string>();
  readonly counts: Record<string, number> = {};
  private readonly byValue = new Map<string, string>();
  private readonly literals: ReadonlySet<string>;
  private readonly last = new Map<string, number>();

  /** @param literals placeholders in the text of users and tools, which never become values */
  constructor(literals: ReadonlySet<string>) {
    this.literals = literals;
  }

  of(value: string, label: string): { readonly placeholder: string; readonly isNew: boolean } {
    this.counts[label] = (this.counts[label] ?? 0) + 1;
    const key = `${label} ${value}`;
    const existing = this.byValue.get(key);
    if (existing !== undefined) return { placeholder: existing, isNew: false };
    let number = this.last.get(label) ?? 0;
    let placeholder: string;
    do placeholder = `[${label}_${++number}]`;
    while (this.literals.has(placeholder));
    this.last.set(label, number);
    this.byValue.set(key, placeholder);
    this.values.set(placeholder, value);
    return { placeholder, isNew: true };
  }
}

function replaced(
  text: string,
  ranges: readonly Range[],
  replacement: (value: string, label: string) => string,
): string {
  let result = '';
  let at = 0;
  for (const { start, end, label, value = text.slice(start, end) } of ranges) {
    result += text.slice(at, start) + replacement(value, label);
    at = end;
  }
  return result + text.slice(at);
}

/** Returns the values that the application's function found. Throws for ranges outside the text and invalid labels. */
function checkedValues(found: unknown, { length }: string): readonly FoundValue[] {
  const isValue = (range: unknown): range is FoundValue => {
    const { label, start, end } = asRecord(range);
    const isRange = Number.isInteger(start) && Number.isInteger(end);
    return (
      isRange &&
      Number(start) >= 0 &&
      Number(start) < Number(end) &&
      Number(end) <= length &&
      LABEL.test(String(label))
    );
  };
  const values = asList(found);
  if (Array.isArray(found) && values.every(isValue)) return values;
  throw new LlmError(
    'config',
    'mask.find must return an array of { label, start, end } with ranges of the text',
  );
}
