"""Korean text: morphemes and sentences by Kiwi, and normal forms."""
