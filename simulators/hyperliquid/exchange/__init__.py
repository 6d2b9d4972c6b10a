"""The actions of `/exchange`, mapped onto the engine; it keeps no state of its own."""
