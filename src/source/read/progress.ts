/** Told at the start of each slow step, with how many things it has to do where that is known. */
export type Progress = (step: string, count?: number) => void;
