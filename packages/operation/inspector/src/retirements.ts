import type { Catalog, ModelNotice } from '@majordomo/catalog';
import type { CallEvent, Clock } from '@majordomo/core';

/** Retirement notices for the models of called targets. */
export interface Retirements {
  readonly onEvent: (event: CallEvent) => void;
  /** Notices by target. */
  readonly notices: ReadonlyMap<string, ModelNotice>;
}

/** Looks up each called target once per day, stores new notices in `notices`, and calls `onNotice` after each of them. */
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
      // Ignore the error. If `@majordomo/catalog` is not installed, no notices are shown.
      loading.then(
        (listener) => {
          listener(event);
        },
        () => undefined,
      );
    },
  };
}
