import { describe } from 'vitest';
import { tellsHistoriesOfWrongDates } from './history-dates.ts';
import { Stage } from './remote-stage.ts';

describe.each([
  ['with filters', true],
  ['without filters', false],
])('a history of wrong dates, over a transport without a wire, %s', (_, filter) => {
  tellsHistoriesOfWrongDates(
    async (use) =>
      Stage.in(async (on) => {
        const { repository, transport } = on.open({ filter });
        await use(on, repository, () => transport.calls.fetches.length);
        await repository.close();
      }),
    { dated: !filter },
  );
});
