import { answer, Refusal } from './answers.ts';

/** Returns the page. The content security policy allows only the page's script and requests to the page's origin. */
export async function pageAnswer({ method }: Request): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'method: must be GET or HEAD');
  // Import the page here, so that its code is loaded only when the page is requested.
  const { PAGE } = await import('#inspector-page');
  const policy = [
    "default-src 'none'",
    `script-src '${PAGE.script}'`,
    `style-src '${PAGE.style}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return answer(method === 'HEAD' ? null : PAGE.html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
  });
}
