import { type Claim, ExistingClaim } from '../../lib';

describe('ExistingClaim', () => {
  test('it keeps what one says of it, and is a dataset of one claim; a job would mount another', () => {
    const claim: Claim = { namespace: 'team', claimName: 'results', accessMode: 'ReadWriteMany' };
    const existing = new ExistingClaim('team', 'results', 'ReadWriteMany');
    expect(existing).toMatchObject(claim);
    expect(existing.claims).toEqual([existing]);
  });

  test('an access mode that Kubernetes does not have does not compile', () => {
    // @ts-expect-error not an access mode
    expect(new ExistingClaim('team', 'results', 'ReadOnly')).toBeDefined();
  });
});
