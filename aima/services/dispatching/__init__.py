"""Dispatching: from the queue to workers and back.

    queue --lease--> hands --put--> stream on workers --events--> settling --finish / fail / give back--> queue
                                                                     |
                                          jobs with nothing left --finishing--> fused, seen, ended

`dispatcher` is the loop; it alone talks to the queue about segments. `crew` opens and closes the stream, `waking`
sleeps in the queue, `finishing` fuses: each in a thread of its own, and each tells the loop through its one queue of
notices. Nothing here is remembered that the database does not know: who is killed is followed by another.
"""
