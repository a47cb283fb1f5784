// One file, so that the environments come first and the table has them in this order.
import './environments';
import './dgx';
