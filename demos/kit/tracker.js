// Points of a face, followed from one frame of a camera to the next. Nothing here is learned: pyramidal
// Lucas–Kanade on gray patches (Bouguet, “Pyramidal implementation of the affine Lucas Kanade feature tracker”,
// 2001), each step checked by going back (Kalal et al., “Forward-backward error”, 2010). What drifts is put back
// by looking once more for the patch at rest (Matthews et al., “The template update problem”, 2004).
// Places are [x, y] in pixels, and complex numbers where they are multiplied: that turns and scales.
const Tracker = (() => {
  const LEVELS = 4;  // of a pyramid, each half as large as the one before
  const HALF = 5, SIDE = 2 * HALF + 1;  // px of a patch
  const ROUNDS = 10, ENOUGH = 0.02;  // of Gauss–Newton at each level; px of a step that ends them
  const FLAT = 4;  // variance of a patch, in gray levels squared, in which there is nothing to follow
  const STAYS = 0.1;  // how much a point rather stays where it is expected, as a share of what its patch says
  const SAME = 0.85, AGAIN = 0.75;  // correlation with the patch at rest that puts back what drifts, what was lost
  // In distances of the eyes: going there and back, away from where it was at rest, and how far a patch is looked
  // for that drifts or was lost.
  const BACK = 0.04, AWAY = 0.7, NEAR = 0.1, LOOKED = 0.35;

  const plus = ([x, y], [u, v]) => [x + u, y + v];
  const minus = ([x, y], [u, v]) => [x - u, y - v];
  const times = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
  const inverse = ([a, b]) => [a / (a * a + b * b), -b / (a * a + b * b)];
  const distance = (one, other) => Math.hypot(...minus(one, other));

  // A picture as gray levels, and smaller and smaller ones of it.
  function pyramid({width, height, data}) {
    const gray = new Float32Array(width * height);
    for (let i = 0; i < gray.length; i++) {
      gray[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
    }
    const levels = [{width, height, gray}];
    while (levels.length < LEVELS) levels.push(halved(levels.at(-1)));
    return levels;
  }

  function halved({width, height, gray}) {
    const small = {width: width >> 1, height: height >> 1};
    small.gray = new Float32Array(small.width * small.height);
    for (let y = 0, i = 0; y < small.height; y++) {
      for (let x = 0; x < small.width; x++, i++) {
        const from = 2 * y * width + 2 * x;
        small.gray[i] = (gray[from] + gray[from + 1] + gray[from + width] + gray[from + width + 1]) / 4;
      }
    }
    return small;
  }

  // The gray level at a place between pixels; outside, that of the edge.
  function level({width, height, gray}, x, y) {
    x = Math.min(Math.max(x, 0), width - 1.001);
    y = Math.min(Math.max(y, 0), height - 1.001);
    const left = Math.floor(x), top = Math.floor(y), right = x - left, down = y - top;
    const i = top * width + left;
    return (1 - down) * ((1 - right) * gray[i] + right * gray[i + 1])
      + down * ((1 - right) * gray[i + width] + right * gray[i + width + 1]);
  }

  // The patch around a place less its mean, since light changes, as it is where the head is turned and scaled.
  function patch(image, [x, y], [a, b] = [1, 0], half = HALF) {
    const side = 2 * half + 1, values = new Float32Array(side * side);
    let sum = 0;
    for (let v = -half, i = 0; v <= half; v++) {
      for (let u = -half; u <= half; u++, i++) sum += values[i] = level(image, x + a * u - b * v, y + b * u + a * v);
    }
    return values.map(value => value - sum / values.length);
  }

  // Where a point of one frame is in another, from a guess; on the finest `levels` of their pyramids.
  function follow(before, after, from, guess, turn = [1, 0], levels = LEVELS) {
    let at = guess;
    for (let k = levels - 1; k >= 0; k--) {
      const scale = 2 ** k, shrunk = place => place.map(x => (x + 0.5) / scale - 0.5);
      const wide = patch(before[k], shrunk(from), [1, 0], HALF + 1);
      at = refined(wide, after[k], shrunk(at), turn).map(x => (x + 0.5) * scale - 0.5);
    }
    return at;
  }

  // Gauss–Newton at one level. `wide` is the patch looked for, with a pixel more on each side for its slopes.
  function refined(wide, image, start, turn) {
    const row = SIDE + 2, across = new Float32Array(SIDE * SIDE), down = new Float32Array(SIDE * SIDE);
    const wanted = new Float32Array(SIDE * SIDE);
    let xx = 0, xy = 0, yy = 0, mean = 0;
    for (let v = 0, i = 0; v < SIDE; v++) {
      for (let u = 0; u < SIDE; u++, i++) {
        const j = (v + 1) * row + u + 1;
        mean += (wanted[i] = wide[j]) / wanted.length;
        across[i] = (wide[j + 1] - wide[j - 1]) / 2;
        down[i] = (wide[j + row] - wide[j - row]) / 2;
        xx += across[i] ** 2;
        xy += across[i] * down[i];
        yy += down[i] ** 2;
      }
    }
    const stays = STAYS * (xx + yy) + 1, determinant = (xx + stays) * (yy + stays) - xy * xy;
    let gone = [0, 0];  // in the patch's own directions
    for (let round = 0; round < ROUNDS; round++) {
      const found = patch(image, plus(start, times(gone, turn)), turn);
      let [ex, ey] = gone.map(x => -stays * x);
      for (let i = 0; i < wanted.length; i++) {
        const error = wanted[i] - mean - found[i];
        ex += error * across[i];
        ey += error * down[i];
      }
      const step = [((yy + stays) * ex - xy * ey) / determinant, ((xx + stays) * ey - xy * ex) / determinant];
      gone = plus(gone, step);
      if (Math.hypot(...step) < ENOUGH) break;
    }
    return plus(start, times(gone, turn));
  }

  const power = values => values.reduce((sum, value) => sum + value * value, 0);
  const isFlat = values => power(values) < FLAT * values.length;

  // How alike two patches are, from −1 to 1; 0 if one is flat.
  function correlation(one, other) {
    if (isFlat(one) || isFlat(other)) return 0;
    return one.reduce((sum, value, i) => sum + value * other[i], 0) / Math.sqrt(power(one) * power(other));
  }

  // The map that turns, scales and shifts some places nearest to others.
  function similarity(from, to) {
    const [here, there] = [from, to].map(all => all.reduce(plus).map(x => x / all.length));
    let sum = [0, 0], size = 1e-9;
    from.forEach((place, i) => {
      const [x, y] = minus(place, here);
      sum = plus(sum, times([x, -y], minus(to[i], there)));
      size += x * x + y * y;
    });
    const turn = sum.map(x => x / size);
    return {turn, map: place => plus(there, times(minus(place, here), turn))};
  }

  // Points by their names. `anchors` are points that no expression moves, the outer corners of the eyes first, and
  // say how the head is shifted, turned and scaled in the picture; while the lids hide them, `pivot` says where it
  // is. `asides`: how far beside a point its patch is, in distances of the eyes: what opens, the mouth, changes
  // what is inside. A point is followed as soon as it is put somewhere; `rest` makes all as they are now the face
  // at rest. One that is lost is looked for where the head would have it.
  class Face {
    constructor(anchors, pivot, asides) {
      Object.assign(this, {anchors, pivot, asides, points: {}, head: null, isLost: false});
    }

    place(name) {
      const {at, aside} = this.points[name];
      return minus(at, times(aside, this.head?.turn ?? [1, 0]));
    }

    // Once there is a face at rest, the point was there where it was then.
    put(name, place, frame) {
      const {aside, first} = this.head ? this.points[name] : {aside: [0, 0], first: {frame, at: place}};
      this.points[name] = {at: plus(place, times(aside, this.head?.turn ?? [1, 0])), aside, first, lost: false};
      this.frame = frame;
    }

    rest(frame) {
      const outer = this.anchors.slice(0, 2).map(name => this.points[name].at);
      this.axis = minus(outer[1], outer[0]);  // whose length is the unit
      for (const [name, point] of Object.entries(this.points)) {
        point.aside = times(this.asides[name] ?? [0, 0], this.axis);
        point.at = plus(point.at, point.aside);
        point.first = {frame, at: point.at};
      }
      this.head = similarity(outer, outer);
      this.frame = frame;
    }

    get unit() {
      return this.head ? Math.hypot(...times(this.axis, this.head.turn)) : this.frame[0].width / 6;
    }

    next(frame) {
      const before = this.head, pivot = this.points[this.pivot], was = pivot?.at;
      if (pivot) this.find(pivot, frame, was);
      const shift = pivot && !pivot.lost ? minus(pivot.at, was) : [0, 0];
      const anchors = this.anchors.filter(name => name in this.points).map(name => this.points[name]);
      for (const point of anchors) this.find(point, frame, plus(point.at, shift), [1, 0], Boolean(before));
      if (before) this.head = this.moved(anchors.filter(point => !point.lost), before, shift);
      const since = before ? times(this.head.turn, inverse(before.turn)) : [1, 0];
      for (const point of Object.values(this.points)) {
        if (anchors.includes(point)) {
          if (before && point.lost) point.at = this.head.map(point.first.at);
        } else if (point !== pivot) {
          this.find(point, frame, before ? this.head.map(plus(point.first.at, own(point, before))) : point.at, since);
        }
      }
      this.isLost = Boolean(pivot?.lost) && anchors.every(point => point.lost);
      this.frame = frame;
    }

    // The head by its anchors, or, when too few are seen, shifted with its pivot.
    moved(seen, before, shift) {
      if (seen.length > 2) return similarity(seen.map(point => point.first.at), seen.map(point => point.at));
      return {turn: before.turn, map: place => plus(before.map(place), shift)};
    }

    // Follow a point to a frame in which it is expected somewhere. `sure`: only where it looks as it did at rest.
    find(point, frame, expected, since = [1, 0], sure = false) {
      const {first} = point, turn = this.head?.turn ?? [1, 0];
      let at = expected, kept = false;
      if (!point.lost) {
        const there = follow(this.frame, frame, point.at, expected, since);
        const back = follow(frame, this.frame, there, point.at, inverse(since));
        kept = distance(back, point.at) < BACK * this.unit && this.isPossible(first.at, there, frame[0]);
        if (kept) at = there;
      }
      const again = follow(first.frame, frame, first.at, at, turn, kept ? 2 : 3);
      const alike = correlation(patch(first.frame[0], first.at), patch(frame[0], again, turn));
      const found = alike > (kept ? SAME : AGAIN) && distance(again, at) < (kept ? NEAR : LOOKED) * this.unit;
      point.at = found ? again : at;
      point.lost = !found && (sure || !kept);
    }

    isPossible(home, place, image) {
      const isNear = !this.head || distance(this.head.map(home), place) < AWAY * this.unit;
      const isInside = place[0] >= 0 && place[1] >= 0 && place[0] < image.width && place[1] < image.height;
      return isNear && isInside && !isFlat(patch(image, place));
    }

    // How far the head is turned in the picture, clockwise in radians, and how each point has moved by itself since
    // the face was at rest, to the right and down, in distances of the eyes: null where it is lost.
    motion(names) {
      const shifts = names.flatMap(name => {
        const point = this.points[name];
        return point.lost ? [null, null] : times(own(point, this.head), inverse(this.axis));
      });
      return [Math.atan2(this.head.turn[1], this.head.turn[0]), ...shifts].map(x => x && Math.round(x * 1000) / 1000);
    }
  }

  // How far a point has moved by itself, as if the head had not.
  function own(point, {turn, map}) {
    return point.lost ? [0, 0] : times(minus(point.at, map(point.first.at)), inverse(turn));
  }

  return {pyramid, follow, similarity, Face};
})();
