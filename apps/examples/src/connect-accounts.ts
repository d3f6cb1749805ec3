import { createAgent, type Toolbox } from '@majordomo/agent';
import { LlmError, type ChatModel } from '@majordomo/core';
import { createMcpConnections, type McpConnectionsOptions, type McpToolbox } from '@majordomo/mcp';
import { Hono } from 'hono';

/** Options of the application. */
export interface AccountsOptions {
  readonly model: ChatModel;
  /** Address and client of the calendar service, and the store that all processes share. */
  readonly calendar: Pick<McpConnectionsOptions, 'place' | 'client' | 'redirectUrl' | 'records'>;
  /** Returns the id of the user who is logged in to this application, such as `ann`. */
  readonly userOf: (request: Request) => string | undefined;
}

/** Variables of a request. */
interface AccountsEnv {
  Variables: { user: string };
}

/** Application in which each member of a team connects a calendar, and one agent uses the calendars of two members. */
export function accountsApp({ model, calendar, userOf }: AccountsOptions): Hono<AccountsEnv> {
  const calendars = createMcpConnections({ ...calendar, name: 'calendar', prefix: '' });
  const app = new Hono<AccountsEnv>();
  app.use(async (context, next) => {
    const user = userOf(context.req.raw);
    if (user === undefined) return context.text('log in first', 401);
    context.set('user', user);
    return next();
  });
  app.onError((error, context) => {
    // `login-refused`: the user refused. `login-failed`: the callback is unknown, used, expired, or belongs to another user.
    if (LlmError.is(error, 'auth')) return context.text(error.message, 403);
    throw error;
  });
  app.get('/calendar/connect', async (context) => {
    const { url } = await calendars.login(context.get('user'));
    return context.redirect(url);
  });
  app.get('/calendar/callback', async (context) => {
    await calendars.finish(context.req.url, context.get('user'));
    return context.redirect('/');
  });
  app.post('/calendar/disconnect', async (context) => {
    await calendars.disconnect(context.get('user'));
    return context.body(null, 204);
  });
  // Members of a team see each other's free hours. Check such a permission in your application.
  app.post('/meetings', async (context) => {
    const { colleague } = await context.req.json<{ colleague: string }>();
    const members = [context.get('user'), colleague];
    for (const member of members)
      if (!(await calendars.has(member))) return context.text(`${member} must connect a calendar first`, 409);
    const boxes: McpToolbox[] = [];
    try {
      for (const member of members) boxes.push(await calendars.connect(member));
      const toolboxes = boxes.map((box, at) => prefixed(box, members[at] ?? ''));
      const agent = createAgent({ model, toolboxes });
      const { text } = await agent.run(`Find an hour in which ${members.join(' and ')} are free.`);
      return context.text(text);
    } finally {
      await Promise.all(boxes.map((box) => box.close()));
    }
  });
  return app;
}

/** Returns the tools of a member under names that begin with the member, because both calendars have the same tools. */
const prefixed = ({ tools }: McpToolbox, member: string): Toolbox => ({
  name: `calendar of ${member}`,
  tools: tools.map((tool) => ({ ...tool, name: `${member}_${tool.name}` })),
});
