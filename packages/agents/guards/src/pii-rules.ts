import type { MaskRule } from './types.ts';

/** Whether a text has 13 to 19 digits that pass the Luhn check, in which every second digit from the right is doubled. */
function isCardNumber(text: string): boolean {
  let count = 0;
  let sum = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) continue;
    const value = count % 2 === 0 ? digit : 2 * digit;
    // 9 less than a number from 10 to 18 is the sum of its digits.
    sum += value > 9 ? value - 9 : value;
    count++;
  }
  return count >= 13 && count <= 19 && sum % 10 === 0;
}

const ZERO = 48;

/** Whether a text is an IBAN (ISO 13616). With the first 4 characters moved to the end, it is 1 modulo 97 (A = 10, Z = 35). */
function isIban(text: string): boolean {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4))
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

/** Whether a match is an address. The pattern is exact for IPv4. The colons of `::` alone are not an address. */
function isAddress(text: string): boolean {
  const isV6 = text.includes(':');
  if (!isV6) return true;
  return /[\da-f]/i.test(text) && URL.canParse(`http://[${text}]`);
}

const BYTE = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/**
 * Rules for `EMAIL`, `PHONE` (international form, with `+` or `00`), `IBAN` (mod 97), `CARD` (Luhn) and `IP`. Each pattern has a maximum length and
 * matches only where a value can begin, so the duration of a search is linear in the length of the text.
 */
export const PII_RULES: readonly MaskRule[] = [
  {
    // jo.berg+news@mail.example.com, jo%40example.com
    label: 'EMAIL',
    pattern:
      /(?<![\w.%+\u00C0-\u024F-])[\w.%+\u00C0-\u024F-]{1,64}(?:@|%40)[A-Za-z0-9\u00C0-\u024F-]{1,63}(?:\.[A-Za-z0-9\u00C0-\u024F-]{1,63}){0,8}\.(?:xn--[a-z\d-]{1,59}|[A-Za-z\u00C0-\u024F]{2,24})(?![\w\u00C0-\u024F])/,
  },
  {
    // DE89 3704 0044 0532 0130 00, de89370400440532013000
    label: 'IBAN',
    pattern:
      /(?<![A-Za-z0-9])(?:[A-Z]{2}\d{2}(?:[ \u00A0-]?[A-Z0-9]){11,30}|[a-z]{2}\d{2}(?:[ \u00A0-]?[a-z0-9]){11,30})(?![A-Za-z0-9])/,
    valid: isIban,
  },
  {
    // +47 22 12 34 56, 0047 22 12 34 56
    label: 'PHONE',
    pattern:
      /(?:(?<![\w+])\+[1-9](?:[ \u00A0()./-]{0,3}\d){6,14}|(?<![\w+.,]|\d[ \u00A0-])00[1-9](?:[ \u00A0()./-]{0,3}\d){8,14})(?!\d)/,
  },
  {
    // 4111 1111 1111 1111, 4111.1111.1111.1111, 3782 822463 10005
    label: 'CARD',
    pattern: /(?<!\d)(?:\d{4}(?:[ \u00A0-]?\d{3,6}){2,4}|\d{4}(?:\.\d{4}){3})(?!\d)/,
    valid: isCardNumber,
  },
  {
    // 192.0.2.1, 2001:db8::1, ::ffff:192.0.2.1
    label: 'IP',
    pattern: new RegExp(
      `(?<![\\d.])(?:${BYTE}\\.){3}${BYTE}(?!\\d|\\.\\d)|(?<![\\w:.])(?=[\\da-fA-F]{0,4}:[\\da-fA-F]{0,4}:)[\\da-fA-F:]{2,39}(?:${BYTE}(?:\\.${BYTE}){3})?(?![\\w:]|\\.\\d)`,
    ),
    valid: isAddress,
  },
];
