/** X-GENDER has words (as Android and KDE write them), GENDER of RFC 6350 section 6.2.7 has letters. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['M', 'Male'],
  ['F', 'Female'],
]);

export const genderWord = (letter: string): string => WORDS.get(letter) ?? letter;

export const genderLetter = (word: string): string => {
  for (const [letter, one] of WORDS) if (one === word) return letter;
  return word;
};
