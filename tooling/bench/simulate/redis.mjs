// A Redis with the commands of store-redis that share health, behind a slow network that loses messages and can be cut.
const never = new Promise(() => undefined);

/** @param network `delayMs`: maximum delay in each direction, in milliseconds; `loss`: share of lost messages */
export function simulatedRedis({ clock, random, delayMs = 2, loss = 0 }) {
  const verdicts = new Map();
  const links = [];
  const counted = { operations: 0, messages: 0 };
  const travelled = (link) =>
    link.isCut || random() < loss ? never : clock.sleep(1 + random() * (delayMs - 1));

  const publish = (channel, message) => {
    for (const link of links) {
      if (link.channel !== channel) continue;
      counted.messages++;
      void travelled(link).then(() => link.tell('message', channel, message));
    }
    return 1;
  };

  const scripts = {
    tell([target, verdict, keepMs, message, channel]) {
      verdicts.set(target, { verdict, until: clock.now() + Number(keepMs) });
      return publish(channel, message);
    },
    list: () =>
      [...verdicts].flatMap(([target, { verdict, until }]) =>
        until > clock.now() ? [target, verdict, until - clock.now()] : [],
      ),
  };

  /** Connection with the interface of ioredis. */
  function connect() {
    const listeners = new Map();
    const of = (event) => listeners.get(event) ?? [];
    const link = {
      isCut: false,
      channel: undefined,
      tell: (event, ...what) => of(event).map((hear) => hear(...what)),
    };
    links.push(link);
    const asked = async (_script, _keys, key, what, ...values) => {
      // Script that checks the format. It is the only script whose first argument is not the name of an operation.
      if (key.endsWith(':format')) return what;
      counted.operations++;
      await travelled(link);
      const answer = await scripts[what](values);
      await travelled(link);
      return answer;
    };
    const client = {
      status: 'ready',
      evalsha: asked,
      eval: asked,
      on: (event, hear) => listeners.set(event, [...of(event), hear]),
      off: (event, hear) =>
        listeners.set(
          event,
          of(event).filter((one) => one !== hear),
        ),
      async subscribe(channel) {
        link.channel = channel;
      },
      async unsubscribe() {
        link.channel = undefined;
      },
    };
    return { client, link };
  }

  return {
    counted,
    /** Two connections of one process. Between `cut` and `heal`, no message passes and a new connection fails. */
    join() {
      const both = [connect(), connect()];
      return {
        client: both[0].client,
        subscriber: both[1].client,
        cut: () => both.forEach(({ link }) => (link.isCut = true)),
        heal() {
          for (const { link } of both) link.isCut = false;
          for (const { link } of both) link.tell('ready');
        },
      };
    },
  };
}
