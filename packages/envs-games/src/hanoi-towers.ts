export const TOWER_NAMES = ["A", "B", "C"] as const;

export type TowerName = (typeof TOWER_NAMES)[number];

/** Disks of each tower from bottom to top; the larger the number, the larger the disk. */
export type Towers = Readonly<Record<TowerName, number[]>>;

export interface HanoiMove {
  readonly from: TowerName;
  readonly to: TowerName;
}

/** Every move, by its towers: `MOVES[3 * from + to]`. */
export const MOVES: readonly HanoiMove[] = TOWER_NAMES.flatMap((from) => TOWER_NAMES.map((to) => ({ from, to })));

/** Moves between two different towers. */
export const REAL_MOVES: readonly HanoiMove[] = MOVES.filter(({ from, to }) => from !== to);

/**
 * The next move of the one shortest way to bring all disks to C, from any legal position; `undefined` when they are
 * there. The largest disk out of place has to move, so all smaller ones have to make way for it, and so on down.
 */
export function nextMove(towers: Towers, disks: number): HanoiMove | undefined {
  let target: TowerName = "C";
  let move: HanoiMove | undefined;
  for (let disk = disks; disk >= 1; disk--) {
    const from = towerOf(towers, disk);
    if (from === undefined || from === target) continue;
    move = { from, to: target };
    target = otherTower(from, target);
  }
  return move;
}

function towerOf(towers: Towers, disk: number): TowerName | undefined {
  return TOWER_NAMES.find((name) => towers[name].includes(disk));
}

function otherTower(one: TowerName, two: TowerName): TowerName {
  return TOWER_NAMES.find((name) => name !== one && name !== two)!;
}
