/**
 * Discounted return of each turn of each episode: `G_t = sum_{k >= t} gamma^(k - t) r_k`, computed backwards as
 * `G_t = r_t + gamma G_{t+1}` with `G_T = 0`. An episode that was truncated gets no bootstrapped value for what would
 * have come: the sum ends where the episode does, as in GEM.
 *
 * Source: arXiv 2510.01051, section 3.2, Eq. 1.
 *
 * @param rewards Shape `[episodes][turns]`, ragged.
 * @param gamma In `[0, 1]`.
 * @returns The same shape.
 */
export function discountedReturns(rewards: readonly (readonly number[])[], gamma: number): number[][] {
  return rewards.map((episode) => {
    const returns: number[] = Array.from({ length: episode.length });
    let following = 0;
    for (let turn = episode.length - 1; turn >= 0; turn--) {
      following = episode[turn]! + gamma * following;
      returns[turn] = following;
    }
    return returns;
  });
}
