DROP TABLE soundings, utterances, turns, speakers, hearings;
