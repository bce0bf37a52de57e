/**
 * Returns sample numbers that represent all finite numbers: each limit itself, and between two limits a whole number
 * and a fraction, because only whole numbers are subjects.
 *
 * @param limits  every number that some test compares the attribute with
 */
export function numberSamples(limits: readonly number[]): readonly number[] {
  const most = Number.MAX_SAFE_INTEGER;
  const points = [...new Set([...limits, 0, -most, most, -Number.MAX_VALUE, Number.MAX_VALUE])].sort((a, b) => a - b);
  return points.flatMap((low, index) => {
    const high = points[index + 1];
    if (high === undefined) return [low];
    const middle = low / 2 + high / 2;
    const between = [middle, Math.floor(low) + 1, low / 2 + middle / 2, Math.floor(low) + 0.5, Math.ceil(high) - 0.5];
    return [low, ...between.filter((number) => low < number && number < high)];
  });
}
