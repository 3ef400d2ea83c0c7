"""Runtime sequences: the text of one as a program of calls to the controller.

controller, bd_words, register_writes    what each of the controller's operations does
transfer_tasks, commands, compile        from operations to calls
stream                                   from a stream of instructions to calls
"""
