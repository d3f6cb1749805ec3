import { estimateTokens, imageTokens } from '@majordomo/catalog/tokens';
import type { TextPart, UserPart } from '@majordomo/core';
import { contentSize } from '@majordomo/core/toolkit';
import { cutEnd } from '../transcript/cut-middle.ts';

/** Number of tokens reserved for the two tags around a text and the line that reports a cut. */
const FRAME = 30;

/** Assumed number of bytes of a document or recording per token. */
const BYTES_PER_TOKEN = 24;

/** Matches the `<` of the closing tag of any reference. */
const CLOSING_TAG = /<(?=\s?\/\s?(?:file|folder|diff|staged|commits|page)\b)/gi;

/** Token budget for the content of references. `raw`: reference as it appears in the text of the user. */
export class Budget {
  private left: number;
  private readonly cut = new Set<string>();

  constructor(tokens: number) {
    this.left = tokens;
  }

  wasCut(raw: string): boolean {
    return this.cut.has(raw);
  }

  /** Returns the text, cut to the budget, in a tag that the text cannot close. If too few tokens are left, returns a warning. */
  textPart(raw: string, tag: string, text: string): TextPart | string {
    const excerpt = this.take(raw, text.replaceAll(CLOSING_TAG, '‹'));
    if (excerpt === undefined) return NO_ROOM;
    return { type: 'text', text: `<${tag}>\n${excerpt}\n</${tag.replace(/ .*/s, '')}>` };
  }

  /** Returns a fetched part. Cuts text to the budget and encloses it in a tag. If the budget is too small, returns a warning. */
  part(raw: string, url: string, part: UserPart): UserPart | string {
    if (part.type === 'text') return this.textPart(raw, `page url="${url}"`, part.text);
    const tokens =
      part.type === 'image' ? imageTokens(part.bytes) : Math.ceil(contentSize(part) / BYTES_PER_TOKEN);
    if (tokens > this.left) return NO_ROOM;
    this.left -= tokens;
    return part;
  }

  private take(raw: string, text: string): string | undefined {
    const room = this.left - FRAME;
    if (room <= 0) return undefined;
    const excerpt = estimateTokens(text) <= room ? text : this.shortened(raw, text, room);
    this.left = room - estimateTokens(excerpt);
    return excerpt;
  }

  private shortened(raw: string, text: string, room: number): string {
    this.cut.add(raw);
    let [least, most] = [0, text.length];
    while (most - least > 1) {
      const middle = Math.floor((least + most) / 2);
      if (estimateTokens(text.slice(0, middle)) <= room) least = middle;
      else most = middle;
    }
    return `${cutEnd(text, least)}\n[… ${text.length - least} of ${text.length} characters were left out …]`;
  }
}

const NO_ROOM = 'too few tokens of the budget are left';
