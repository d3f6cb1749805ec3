import { LlmError, type ChatRequest } from '@majordomo/core';
import { asRecord, isList } from '@majordomo/core/toolkit';
import { KnownValues, mergeRanges, ValueFinder, type KnownValue, type Range } from './find-values.ts';
import { mapTexts } from './map-texts.ts';
import { LABEL } from './options.ts';
import { PII_RULES } from './pii-rules.ts';
import type { CheckRunner } from './run-checks.ts';
import type { FoundValue, MaskOptions } from './types.ts';

/** Pattern of a placeholder. Text of users and tools may also match the pattern by chance. */
export const PLACEHOLDER: RegExp = /\[[A-Z][A-Z\d_]{0,29}_\d{1,9}\]/g;
const SEPARATOR = '\n\n';

/** Request with placeholders. */
export interface MaskedRequest {
  readonly request: ChatRequest;
  /** Original values by placeholder. */
  readonly values: ReadonlyMap<string, string>;
  /** Masks a further text with the same placeholders. A new value gets another placeholder, which `values` then contains. */
  readonly mask: (text: string) => string;
}

/** Mask that replaces values in requests with placeholders. The placeholders of a request do not depend on earlier requests. */
export class Mask {
  private readonly options: MaskOptions;
  private readonly finder: ValueFinder;
  /** Values that `find` returned, by part. They are cached because each request repeats the conversation. */
  private readonly found = new WeakMap<object, readonly KnownValue[]>();
  /** Key in `found` for the last system text, which has no part. */
  private system: { readonly text: string | undefined } = { text: undefined };

  constructor(options: MaskOptions) {
    this.options = options;
    this.finder = new ValueFinder(options.rules ?? PII_RULES);
  }

  /** Masks a request and emits the number of replacements. Rejects with `denied` if `find` is down and `whenDown` is `deny`. */
  async apply(request: ChatRequest, runner: CheckRunner): Promise<MaskedRequest> {
    const startedAt = runner.clock.now();
    if (this.system.text !== request.system) this.system = { text: request.system };
    const { system } = this;
    const literals = new Set<string>();
    const fromModel = new Set<string>();
    const fresh = new Map<object, string>();
    // This pass only reads the texts, and ignores the result.
    mapTexts(request, (text, role, part = system) => {
      // The model repeats placeholders of earlier requests, and tools that receive them may return them. Their numbers stay in use.
      for (const [placeholder] of text.matchAll(PLACEHOLDER))
        if (role === 'assistant') fromModel.add(placeholder);
        else if (!fromModel.has(placeholder)) literals.add(placeholder);
      if (!this.found.has(part))
        fresh.set(part, [fresh.get(part) ?? '', text].filter(Boolean).join(SEPARATOR));
      return text;
    });
    await this.findIn(fresh, runner);
    const placeholders = new Placeholders(literals);
    const known = new KnownValues();
    const recognized = new Map<string, readonly Range[]>();
    const counts: Record<string, number> = {};
    const mask = (text: string, isCounted = false): string => {
      const found = recognized.get(text) ?? this.recognizedIn(text);
      const ranges = mergeRanges([...found, ...known.find(text)]);
      return replaced(text, ranges, (value, label) => {
        // Record the value, because another text may contain the value in a context that no rule recognizes.
        if (!placeholders.has(value, label) && !this.finder.findsAlone(value)) known.add({ value, label });
        if (isCounted) counts[label] = (counts[label] ?? 0) + 1;
        return placeholders.of(value, label);
      });
    };
    // This pass numbers the values, and ignores the result: a value may occur before the text whose context identifies it.
    mapTexts(request, (text, _role, part = system) => {
      for (const value of this.found.get(part) ?? []) known.add(value);
      recognized.set(text, this.recognizedIn(text));
      mask(text);
      return text;
    });
    const masked = mapTexts(request, (text) => mask(text, true));
    const { values } = placeholders;
    const ms = runner.clock.now() - startedAt;
    if (values.size > 0) runner.emit({ type: 'masked', rule: 'mask', side: 'input', counts, ms });
    return { request: masked, values, mask: (text) => mask(text) };
  }

  /** Returns the ranges that the rules and the redactor find in a text. */
  private recognizedIn(text: string): readonly Range[] {
    const secrets = this.options.redactor?.find(text) ?? [];
    return [...this.finder.find(text), ...secrets.map((range) => ({ ...range, label: 'SECRET' }))];
  }

  /** Calls `find` once with all text of the request that `find` has not received before. */
  private async findIn(texts: ReadonlyMap<object, string>, runner: CheckRunner): Promise<void> {
    const { find } = this.options;
    const all = [...texts.values()].filter((text) => text !== '').join(SEPARATOR);
    if (find === undefined || all === '') return;
    const result = await runner.find(
      (context) => find(all, context),
      (found) => checkedValues(found, all),
    );
    if (result === undefined) return;
    const { value: values } = result;
    for (const [part, text] of texts)
      this.found.set(
        part,
        values.filter(({ value }) => text.includes(value)),
      );
  }
}

/** Placeholders of one request, numbered in the order in which their values first occur. */
class Placeholders {
  readonly values = new Map<string, string>();
  private readonly byValue = new Map<string, string>();
  private readonly literals: ReadonlySet<string>;
  private readonly last = new Map<string, number>();

  /** @param literals strings of the request that match the pattern, and must therefore not be placeholders of values */
  constructor(literals: ReadonlySet<string>) {
    this.literals = literals;
  }

  has(value: string, label: string): boolean {
    return this.byValue.has(`${label} ${value}`);
  }

  of(value: string, label: string): string {
    const key = `${label} ${value}`;
    let placeholder = this.byValue.get(key);
    if (placeholder !== undefined) return placeholder;
    let number = this.last.get(label) ?? 0;
    do placeholder = `[${label}_${++number}]`;
    while (this.literals.has(placeholder));
    this.last.set(label, number);
    this.byValue.set(key, placeholder);
    this.values.set(placeholder, value);
    return placeholder;
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

/** Returns the values in the ranges of `find`. Splits a range across several texts. Throws for invalid ranges and labels. */
function checkedValues(found: unknown, text: string): readonly KnownValue[] {
  const isValid = (range: unknown): range is FoundValue => {
    const { label, start, end } = asRecord(range);
    const [from, to] = [
      Number.isInteger(start) ? Number(start) : -1,
      Number.isInteger(end) ? Number(end) : -1,
    ];
    return from >= 0 && from < to && to <= text.length && LABEL.test(String(label));
  };
  if (!isList(found) || !found.every(isValid))
    throw new LlmError(
      'config',
      'mask.find must return an array of { label, start, end } with non-empty ranges of the text and labels such as EMAIL',
    );
  return found.flatMap(({ label, start, end }) =>
    text
      .slice(start, end)
      .split(SEPARATOR)
      .filter((value) => value !== '')
      .map((value) => ({ label, value })),
  );
}
