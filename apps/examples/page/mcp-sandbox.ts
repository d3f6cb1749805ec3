// Page between a chat and an app. It runs on an origin that serves nothing else, and shows the app in a frame without an origin.

/** Message that brings the app to show. */
interface Ready {
  readonly html: string;
  readonly csp?: string;
  readonly sandbox?: string;
  readonly allow?: string;
}

const chat = new URL(document.referrer).origin;
const prefix = 'ui/notifications/sandbox-';
let frame: HTMLIFrameElement | undefined;

function show({ html, csp = "default-src 'none'", sandbox = 'allow-scripts', allow = '' }: Ready): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = csp;
  frame?.remove();
  frame = document.createElement('iframe');
  // With its origin, the app could remove this page's sandbox.
  frame.setAttribute('sandbox', sandbox.replaceAll('allow-same-origin', ''));
  frame.allow = allow;
  frame.srcdoc = `<!doctype html>${policy.outerHTML}${html}`;
  document.body.append(frame);
}

addEventListener('message', ({ source, origin, data }: MessageEvent<{ method?: string; params?: Ready }>) => {
  if (source === parent && origin === chat) {
    if (data.method === `${prefix}resource-ready` && data.params !== undefined) show(data.params);
    else frame?.contentWindow?.postMessage(data, '*');
  } else if (source === frame?.contentWindow && data.method?.startsWith(prefix) !== true)
    parent.postMessage(data, chat);
});
parent.postMessage({ jsonrpc: '2.0', method: `${prefix}proxy-ready`, params: {} }, chat);
