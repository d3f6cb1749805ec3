import { answer, Refusal } from './answers.ts';

/** The page, under a policy that lets it run its own script, ask its own origin, and no more. */
export async function pageAnswer({ method }: Request): Promise<Response> {
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'the page can be read, and no more');
  // Loaded when it is first asked for: nobody else needs its bytes.
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
