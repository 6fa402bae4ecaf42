"""The execution kernel: compiles the model to SpiffWorkflow's specifications and steps instances.

The only room that imports SpiffWorkflow. Others use `port` alone; `onewindow.compose` makes the kernel.
"""
