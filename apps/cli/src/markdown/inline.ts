import { Lexer, type MarkedToken, type Token } from 'marked';
import type { Span, Style } from '../terminal/paint.ts';

/** Converts inline Markdown to styled text without marks. */
export function inlineSpans(text: string, styles: readonly Style[] = []): readonly Span[] {
  return Lexer.lexInline(text).flatMap((token) => spansOf(token, styles));
}

/** Returns the construct at the start of a text, with its length, or `undefined` if the text starts with no construct. */
export function firstSpan(
  text: string,
): { readonly length: number; readonly spans: readonly Span[] } | undefined {
  const [token] = Lexer.lexInline(text);
  if (token === undefined || token.type === 'text') return undefined;
  return { length: token.raw.length, spans: spansOf(token, []) };
}

function spansOf(generic: Token, styles: readonly Style[]): readonly Span[] {
  // Without extensions, every token is one of Marked's own tokens.
  const token = generic as MarkedToken;
  const within = (style: Style): readonly Span[] =>
    ('tokens' in token ? (token.tokens ?? []) : []).flatMap((inner) => spansOf(inner, [...styles, style]));
  switch (token.type) {
    case 'strong':
      return within('bold');
    case 'em':
      return within('italic');
    case 'del':
      return within('strikethrough');
    case 'codespan':
      return [{ text: unfenced(token.raw), styles: [...styles, 'cyan'] }];
    case 'link':
      // Add the target, because the text alone does not show it. The text of a bare URL is the target.
      return token.href === token.text
        ? within('underline')
        : [...within('underline'), { text: ` (${token.href})`, styles: [...styles, 'dim'] }];
    case 'escape':
      return [{ text: token.raw.slice(1), styles }];
    default:
      // Plain text, images, HTML tags and all other constructs are shown unchanged.
      return [{ text: token.raw, styles }];
  }
}

/** Returns the text of a code span without its backticks and the spaces next to them. */
function unfenced(raw: string): string {
  const [fence = ''] = /^`+/.exec(raw) ?? [];
  const inner = raw.slice(fence.length, -fence.length);
  const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && /[^ ]/.test(inner);
  return isPadded ? inner.slice(1, -1) : inner;
}
