import { cutText } from '../../bytes/cut-text.ts';

/** Of a page, markup included: its words stand at the front. */
const MOST_READ = 4096;
const LONGEST = 200;

/** The words of a body that is not JSON, such as a proxy's page. SDKs put them behind the status, and have words for none. */
export function bareText(message: string, status: number): string {
  const text = message.startsWith(`${status} `) ? message.slice(`${status} `.length) : message;
  if (text === 'status code (no body)') return '';
  const words = cutText(text, MOST_READ).replace(/<[^<>]*>|\s+/g, ' ');
  return cutText(words.trim(), LONGEST);
}
