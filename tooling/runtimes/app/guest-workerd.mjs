import { serve } from './guest.mjs';

/** Run by `workerd test`. */
export default {
  async test(controller, { HOST }) {
    await serve(HOST);
  },
};
