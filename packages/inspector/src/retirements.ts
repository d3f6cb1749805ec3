import type { Catalog, ModelNotice } from '@majordomo/catalog';
import type { CallEvent, Clock } from '@majordomo/core';

/** Retirement notices for the models of called targets. */
export interface Retirements {
  readonly onEvent: (event: CallEvent) => void;
  /** Notices by target. */
  readonly notices: ReadonlyMap<string, ModelNotice>;
}

/** Looks up each called target once per day, and calls `onNotice` with each new notice. */
export function watchRetirements(
  catalog: Catalog | undefined,
  clock: Clock,
  onNotice: () => void,
): Retirements {
  const notices = new Map<string, ModelNotice>();
  if (catalog === undefined) return { notices, onEvent: () => undefined };
  const loading = import('@majordomo/catalog').then(({ modelNotices }) =>
    modelNotices({
      catalog,
      clock,
      onNotice(notice) {
        if (notice.target !== undefined) notices.set(notice.target, notice);
        onNotice();
      },
    }),
  );
  return {
    notices,
    onEvent(event) {
      // Without `@majordomo/catalog`, no target has a notice.
      loading.then(
        (listener) => {
          listener(event);
        },
        () => undefined,
      );
    },
  };
}
