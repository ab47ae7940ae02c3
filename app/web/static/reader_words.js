// What the scripts of the reader's page say beside what the story and its entries say.
// The server says the same in templates/reader_words.html.

export const WORDS = {
  starts: "Starts",
  started: "Started",
  ended: "Ended",
  earlier: "Earlier",
  continuedIn: "Continued in",
  otherCoverage: "Other coverage",
  topics: "Topics",
  times: "Times",
  table: "Table",
  code: "Code",
};
