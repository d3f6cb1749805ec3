import { asNumber, asText } from '@majordomo/core/toolkit';
import { otherMembers } from '@majordomo/wire-kit/internal';
import type { Quotation } from './grounding.ts';

type Json = Readonly<Record<string, unknown>>;

/** Position in the text of an answer, in UTF-8 bytes. */
export interface TextPosition {
  readonly bytes: number;
  /** Position at which the current output begins. */
  readonly output: number;
}

/**
 * Members of an annotation that a quotation represents (types of @google/genai 3.1). `source` is not one of them, because it is the
 * title only if no other member names the document.
 */
const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'url',
  'document_uri',
  'title',
  'file_name',
  'name',
  'start_index',
  'end_index',
]);

/**
 * Converts the annotations of an interaction to quotations. An annotation contains positions in its own output, and a quotation positions in
 * the text, which consecutive outputs form.
 */
export class Citations {
  private bytes: number;
  private output: number;

  constructor({ bytes, output }: TextPosition = { bytes: 0, output: 0 }) {
    this.bytes = bytes;
    this.output = output;
  }

  get position(): TextPosition {
    return { bytes: this.bytes, output: this.output };
  }

  beginOutput(): void {
    this.output = this.bytes;
  }

  /** Advances the position. Parts that are not text end the text. */
  pass(parts: readonly Json[]): void {
    for (const { text, thought } of parts) {
      const isText = typeof text === 'string' && thought !== true;
      this.bytes = isText ? this.bytes + new TextEncoder().encode(text).length : 0;
    }
  }

  quotationOf(annotation: Json): Quotation {
    const { url, document_uri: documentUri, title, file_name: fileName, name, source } = annotation;
    const end = asNumber(annotation['end_index']);
    return {
      ...otherMembers(annotation, KNOWN),
      uri: asText(url ?? documentUri),
      title: asText(title ?? fileName ?? name ?? source),
      startIndex: this.output + (asNumber(annotation['start_index']) ?? 0),
      endIndex: end === undefined ? undefined : this.output + end,
    };
  }
}
