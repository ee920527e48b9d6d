"""Files made to do harm, for the benchmark that reads them and for the tests."""
