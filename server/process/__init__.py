"""The processes of a server: one front that speaks HTTP, and executors that it may kill.

    client -- front (uvicorn) -- executor (the Flask app, one request at a time)
                      |                   executor …
                      +-- fork server: holds the dataset, forks executors, answers nothing itself

A query that hangs, eats memory or crashes takes its executor with it and nothing else. A write runs in a fork
too, the writer: of a dataset in memory it becomes the next fork server, of one on disk it stays.
"""
