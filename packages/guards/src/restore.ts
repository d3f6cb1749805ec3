import {
  jsonSchema,
  type AssistantPart,
  type Citation,
  type JsonObject,
  type ObjectSchema,
  type TextPart,
} from '@majordomo/core';
import { mapStrings } from './map-strings.ts';
import { PLACEHOLDER } from './mask.ts';
import type { MaskOptions } from './types.ts';

/** Replaced placeholder: its range before the replacement, and the range of its value afterwards. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Replaces the placeholders of one request with their values. Unknown placeholders do not change. */
export class Restorer {
  private readonly values: ReadonlyMap<string, string>;
  private readonly labels: ReadonlySet<string>;
  private readonly arguments: boolean | readonly string[];
  private readonly restoresText: boolean;
  /** Whether the text of the answer is JSON. */
  private readonly isJson: boolean;

  constructor(values: ReadonlyMap<string, string>, restore: MaskOptions['restore'], isJson: boolean) {
    this.values = values;
    this.labels = new Set(
      [...values.keys()].map((placeholder) => placeholder.slice(0, placeholder.lastIndexOf('_') + 1)),
    );
    this.arguments = values.size > 0 && (restore?.arguments ?? true);
    this.restoresText = values.size > 0 && restore?.text !== false;
    this.isJson = isJson;
  }

  /** Whether tool calls may contain placeholders to replace. */
  get restoresCalls(): boolean {
    return this.arguments !== false;
  }

  part<T extends AssistantPart>(part: T): T;
  part(part: AssistantPart): AssistantPart {
    if (part.type === 'text' && this.restoresText) return this.textPart(part);
    if (part.type !== 'tool-call' || !this.restoresArguments(part.name)) return part;
    const args = mapStrings(part.args, this.plain);
    const raw = part.invalid && this.replaced(part.invalid.raw, true).text;
    if (args === part.args && raw === part.invalid?.raw) return part;
    return { ...part, args, ...(raw !== undefined && { invalid: { raw } }) };
  }

  /** Returns a value with restored strings. */
  value<T>(value: T): T {
    return this.restoresText ? mapStrings(value, this.plain) : value;
  }

  /** Returns an incomplete value with restored strings. Removes the beginning of a placeholder at the end of a string. */
  snapshot<T>(value: T): T {
    if (!this.restoresText) return value;
    return mapStrings(this.value(value), (text) => text.slice(0, this.readyLength(text)));
  }

  /** Returns functions for text that arrives in pieces. They hold text only while it may begin a placeholder. */
  stream(): { push(text: string): string; end(): string } {
    let held = '';
    return {
      push: (text) => {
        const all = held + text;
        const length = this.readyLength(all);
        held = all.slice(length);
        return this.replaced(all.slice(0, length), this.isJson).text;
      },
      end: () => held,
    };
  }

  /** Returns a schema that restores values before they are validated. `onValue` receives each restored value. */
  schema<T>(output: ObjectSchema<T> | JsonObject, onValue: (value: unknown) => void): ObjectSchema<T> {
    const { '~standard': standard } = isSchema<T>(output) ? output : jsonSchema<T>(output);
    const validate = async (value: unknown): Promise<Awaited<ReturnType<typeof standard.validate>>> => {
      const restored = this.value(value);
      onValue(restored);
      const result = await standard.validate(restored);
      // The issues are masked, because the vendor receives them to repair the value.
      return result.issues === undefined ? result : { issues: mapStrings(result.issues, this.masked) };
    };
    const { vendor, jsonSchema: toJson } = standard;
    return { '~standard': { version: 1, vendor, jsonSchema: toJson, validate } };
  }

  private textPart(part: TextPart): TextPart {
    const { text, edits } = this.replaced(part.text, this.isJson);
    if (part.citations === undefined) return text === part.text ? part : { ...part, text };
    const citations = part.citations.map((citation): Citation => {
      const { title, quote, start, end } = citation;
      return {
        ...citation,
        ...(title !== undefined && { title: this.plain(title) }),
        ...(quote !== undefined && { quote: this.plain(quote) }),
        ...(start !== undefined && { start: movedPosition(start, edits, 'newStart') }),
        ...(end !== undefined && { end: movedPosition(end, edits, 'newEnd') }),
      };
    });
    return { ...part, text, citations };
  }

  private restoresArguments(tool: string): boolean {
    return typeof this.arguments === 'boolean' ? this.arguments : this.arguments.includes(tool);
  }

  private readonly plain = (text: string): string => this.replaced(text, false).text;

  private readonly masked = (text: string): string =>
    [...this.values].reduce((masked, [placeholder, value]) => masked.replaceAll(value, placeholder), text);

  private replaced(
    text: string,
    isJson: boolean,
  ): { readonly text: string; readonly edits: readonly Edit[] } {
    const edits: Edit[] = [];
    let shift = 0;
    const restored = text.replace(PLACEHOLDER, (placeholder, start: number) => {
      const value = this.values.get(placeholder);
      if (value === undefined) return placeholder;
      const written = isJson ? JSON.stringify(value).slice(1, -1) : value;
      const end = start + placeholder.length;
      const newStart = start + shift;
      shift += written.length - placeholder.length;
      edits.push({ start, end, newStart, newEnd: end + shift });
      return written;
    });
    return { text: restored, edits };
  }

  /** Returns the length of the text before an incomplete placeholder at its end. */
  private readyLength(text: string): number {
    const at = text.lastIndexOf('[');
    if (!this.restoresText || at === -1) return text.length;
    const tail = text.slice(at);
    for (const label of this.labels)
      if (label.startsWith(tail) || (tail.startsWith(label) && /^\d{0,9}$/.test(tail.slice(label.length))))
        return at;
    return text.length;
  }
}

function movedPosition(position: number, edits: readonly Edit[], inside: 'newStart' | 'newEnd'): number {
  let moved = position;
  for (const edit of edits) {
    if (position <= edit.start) break;
    moved = position < edit.end ? edit[inside] : position + edit.newEnd - edit.end;
  }
  return moved;
}

const isSchema = <T>(output: ObjectSchema<T> | JsonObject): output is ObjectSchema<T> =>
  '~standard' in output;
