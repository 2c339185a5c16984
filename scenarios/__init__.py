"""What is asked (`Scenario`) and what happened (`Transcript`): the vocabulary that everything shares."""
